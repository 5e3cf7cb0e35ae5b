//! What no back end can show: the longest, and the damaged.

use super::super::limits::SPANS_KEPT;
use super::*;

const NOW: Moment = Moment { wall: Timestamp(1), steady: Duration::ZERO, age: 1 };

#[test]
fn texts_are_cut_between_letters() {
    assert_eq!(cut("short"), "short");
    let long = "é".repeat(CAUSE_BYTES);
    assert_eq!(cut(&long).len(), CAUSE_BYTES);
    assert_eq!(cut(&format!("x{long}")).len(), CAUSE_BYTES - 1);
}

#[test]
fn a_record_is_read_as_it_was_written_or_not_at_all() {
    let record = Record::new(NOW);
    let text = serde_json::to_string(&record).unwrap();
    assert_eq!(Record::read(&text), Ok(record));
    for bad in [&text.replace("\"version\":1", "\"version\":2"), &text[1..], ""] {
        assert!(matches!(Record::read(bad), Err(QueueError::Storage { .. })), "{bad}");
    }
}

#[test]
fn spans_of_engines_are_joined_replaced_and_bounded() {
    let job = NewJob {
        kind: "sample".to_owned(),
        parameters: serde_json::Value::Null,
        submitter: "ada".to_owned(),
        idempotency_key: None,
        expires_after: Duration::ZERO,
        total: 1000,
        inputs: Vec::new(),
    };
    let (id, limits) = (JobId::from_bytes([0; 16]), Limits::default());
    let mut record = Record::new(NOW);
    let mut report = |engine: &str, from, to| {
        let executed = vec![Executed { engine: engine.to_owned(), from, to }];
        let beat = super::super::Beat { done: to, chunks: None, executed };
        record.report(id, &beat, &job, &limits).unwrap();
        let spans = &record.executed;
        spans.iter().map(|span| format!("{} {}-{}", span.engine, span.from, span.to)).collect()
    };
    let steps: [(&str, u64, u64, &[&str]); 5] = [
        ("cuda", 0, 10, &["cuda 0-10"]),
        ("cuda", 10, 20, &["cuda 0-20"]),
        ("cpu", 15, 30, &["cuda 0-15", "cpu 15-30"]),
        ("cpu", 40, 50, &["cuda 0-15", "cpu 15-30", "cpu 40-50"]),
        ("wgpu", 0, 50, &["wgpu 0-50"]),
    ];
    for (engine, from, to, wanted) in steps {
        let spans: Vec<String> = report(engine, from, to);
        assert_eq!(spans, wanted, "{engine} {from}-{to}");
    }
    let mut spans = Vec::new();
    for from in 0..2 * SPANS_KEPT as u64 {
        spans = report(&format!("engine {from}"), from, from + 1);
    }
    assert_eq!(spans.len(), SPANS_KEPT);
    assert_eq!(spans.last().unwrap(), "engine 127 127-128");
}
