//! What no back end can show.
