//! The tests that every queue passes.

pub(crate) mod end;
pub(crate) mod keep;
pub(crate) mod lease;
pub(crate) mod submit;

/// Each as a test of its own, for one kind of place.
macro_rules! tests {
    ($make:expr, $there:expr; $($group:ident: $($test:ident),+;)+) => {
        $($(
            #[test]
            fn $test() {
                if $there() {
                    $crate::suite::$group::$test($make);
                }
            }
        )+)+

        #[test]
        fn does_what_a_model_does() {
            if $there() {
                $crate::model::compare($make);
            }
        }

        #[test]
        fn each_job_is_done_once_by_many_workers() {
            if $there() {
                $crate::together::each_job_is_done_once_by_many_workers($make);
            }
        }

        #[test]
        fn a_worker_that_waits_hears_of_a_job() {
            if $there() {
                $crate::together::a_worker_that_waits_hears_of_a_job($make);
            }
        }
    };
    ($make:expr, $there:expr) => {
        $crate::suite::tests! { $make, $there;
            submit: a_job_goes_its_way, a_batch_is_kept_whole_or_not_at_all, a_key_is_one_job,
                bounds_are_named, places_become_free, what_cannot_be_is_refused;
            lease: submitters_take_turns, positions_come_true, a_silent_worker_loses_its_job,
                heartbeats_keep_a_job, attempts_pause_and_end, a_released_job_is_free_at_once,
                clocks_that_are_set_change_nothing, a_lease_outlives_the_process;
            end: a_job_ends_once, cancelled_jobs_stop, failed_jobs_stay_failed, dead_jobs_come_back,
                a_recipe_needs_all_its_chunks, reports_that_cannot_be;
            keep: results_expire, stored_bytes_live_as_long_as_their_jobs, lists_have_pages, lists_are_filtered,
                unknown_names;
        }
    };
}
pub(crate) use tests;
