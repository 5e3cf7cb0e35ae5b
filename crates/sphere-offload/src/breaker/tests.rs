use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A breaker whose pauses are 1, 2, 4 ... seconds, shortened by less than a half.
fn breaker(failures: u32) -> Breaker {
    let backoff = Backoff { first: SECOND, most: 60 * SECOND, seed: 7 };
    Breaker::new(Tolerance { failures, backoff })
}

fn fail(breaker: &mut Breaker, fault: Fault, now: Instant) {
    let admission = breaker.admit(now);
    assert!(!matches!(admission, Admission::Refuse { .. }));
    breaker.failed(admission, fault, now);
}

fn is_open(breaker: &Breaker) -> bool {
    matches!(breaker.state(), State::Open { .. })
}

#[test]
fn failures_in_a_row_open_it() {
    let (mut breaker, now) = (breaker(3), Instant::now());
    for _ in 0..5 {
        fail(&mut breaker, Fault::Passing, now);
        fail(&mut breaker, Fault::Passing, now);
        assert!(!is_open(&breaker));
        let admission = breaker.admit(now);
        breaker.succeeded(admission);
    }
    (0..3).for_each(|_| fail(&mut breaker, Fault::Passing, now));
    assert!(is_open(&breaker));
}

#[test]
fn one_lasting_fault_opens_it() {
    let (mut breaker, now) = (breaker(3), Instant::now());
    fail(&mut breaker, Fault::Lasting, now);
    assert!(is_open(&breaker));
}

#[test]
fn one_probe_at_a_time_closes_it_or_doubles_the_pause() {
    let (mut breaker, mut now) = (breaker(1), Instant::now());
    fail(&mut breaker, Fault::Passing, now);
    for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
        let State::Open { until } = breaker.state() else { panic!("{:?}", breaker.state()) };
        let pause = pause * SECOND;
        assert!((pause / 2..=pause).contains(&(until - now)), "{:?} of {pause:?}", until - now);
        let early = until.checked_sub(Duration::from_nanos(1)).unwrap();
        let retry_after = Some(Duration::from_nanos(1));
        assert_eq!(breaker.admit(early), Admission::Refuse { retry_after });
        assert_eq!(breaker.admit(until), Admission::Probe);
        assert_eq!(breaker.admit(until), Admission::Refuse { retry_after: None });
        now = until;
        breaker.failed(Admission::Probe, Fault::Passing, now);
    }
    now += 60 * SECOND;
    assert_eq!(breaker.admit(now), Admission::Probe);
    breaker.succeeded(Admission::Probe);
    assert_eq!(breaker.state(), State::Closed { failures: 0 });
    // Trusted again, it starts with short pauses.
    fail(&mut breaker, Fault::Passing, now);
    let State::Open { until } = breaker.state() else { panic!("{:?}", breaker.state()) };
    assert!(until - now <= SECOND);
}

#[test]
fn jobs_from_before_change_nothing() {
    let (mut breaker, now) = (breaker(1), Instant::now());
    let earlier = breaker.admit(now);
    fail(&mut breaker, Fault::Passing, now);
    let open = breaker.state();
    breaker.succeeded(earlier);
    assert_eq!(breaker.state(), open);
    breaker.failed(earlier, Fault::Lasting, now + SECOND);
    assert_eq!(breaker.state(), open);
    assert_eq!(breaker.admit(now + SECOND), Admission::Probe);
    breaker.succeeded(earlier);
    breaker.failed(earlier, Fault::Lasting, now);
    assert_eq!(breaker.state(), State::HalfOpen);
    breaker.succeeded(Admission::Probe);
    breaker.failed(earlier, Fault::Lasting, now);
    assert_eq!(breaker.state(), State::Closed { failures: 0 });
}

#[test]
fn a_probe_that_nobody_finished_leaves_the_next_one_to_try() {
    let gate = Gate::new(Tolerance { failures: 1, ..Tolerance::default() });
    let now = Instant::now();
    gate.enter(now).unwrap().failed(Fault::Passing, now);
    let later = now + SECOND;
    let probe = gate.enter(later).unwrap();
    assert!(probe.is_probe());
    assert_eq!(gate.enter(later).unwrap_err(), None);
    drop(probe);
    let probe = gate.enter(Instant::now() + SECOND).unwrap();
    assert!(probe.is_probe());
    probe.succeeded();
    assert_eq!(gate.state(), State::Closed { failures: 0 });
}
