//! What the service counts. Names follow the conventions of Prometheus.

use std::fmt::Write as _;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use sphere_engine::Report;

/// The media type of [`Metrics::text`].
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the latency histogram, in seconds: from a request that is answered at once to a
/// stream that takes its time to begin.
const LATENCIES: [f64; 14] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0,
    5.0,
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    route: &'static str,
    status: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Scheme {
    scheme: &'static str,
}

/// The registry and its metrics.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answer, Counter>,
    durations: Family<Route, Histogram>,
    points: Family<Scheme, Counter>,
    attempts: Family<Scheme, Counter>,
    accepted: Family<Scheme, Counter>,
    cut: Counter,
    pub(crate) connections: Gauge<i64, AtomicI64>,
    pub(crate) streams: Gauge<i64, AtomicI64>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        let requests = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let durations: Family<Route, Histogram> =
            Family::new_with_constructor(|| Histogram::new(LATENCIES));
        let help = "Seconds from a request's head to its response's head";
        registry.register("http_request_duration_seconds", help, durations.clone());
        let points = Family::default();
        registry.register("sphere_sample_points", "Points drawn", points.clone());
        let attempts = Family::default();
        let help = "Candidates examined, of which rejection methods keep some";
        registry.register("sphere_sample_attempts", help, attempts.clone());
        let accepted = Family::default();
        registry.register("sphere_sample_accepted", "Candidates accepted", accepted.clone());
        let cut = Counter::default();
        let help = "Responses that ended before their last byte";
        registry.register("sphere_sample_streams_cut", help, cut.clone());
        let connections = Gauge::default();
        registry.register("http_connections", "Open connections", connections.clone());
        let streams = Gauge::default();
        registry.register("sphere_sample_streams", "Responses being streamed", streams.clone());
        Self {
            registry,
            requests,
            durations,
            points,
            attempts,
            accepted,
            cut,
            connections,
            streams,
        }
    }

    pub(crate) fn answered(&self, route: &'static str, status: u16, time: Duration) {
        self.requests.get_or_create(&Answer { route, status: status.into() }).inc();
        self.durations.get_or_create(&Route { route }).observe(time.as_secs_f64());
    }

    pub(crate) fn computed(&self, scheme: &'static str, report: &Report) {
        let label = Scheme { scheme };
        self.points.get_or_create(&label).inc_by(report.points);
        self.attempts.get_or_create(&label).inc_by(report.tally.attempts);
        self.accepted.get_or_create(&label).inc_by(report.tally.accepted);
    }

    pub(crate) fn cut(&self) {
        self.cut.inc();
    }

    /// Everything, in the text format of `OpenMetrics`.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        if encode(&mut text, &self.registry).is_err() {
            let _ = writeln!(text, "# EOF");
        }
        text
    }
}
