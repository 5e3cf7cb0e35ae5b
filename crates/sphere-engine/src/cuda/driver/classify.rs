//! What a call that failed means for a job.
