//! What the service counts. Names follow the conventions of Prometheus.

use std::fmt::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use sphere_engine::{Report, SchemeKind};

use hyper::StatusCode;

use crate::events::EngineEvents;
use crate::jobs::QueueMetrics;
use crate::route::Route;

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
struct RouteLabel {
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
    durations: Family<RouteLabel, Histogram, fn() -> Histogram>,
    /// The handles of what is answered most, so that they are looked up once.
    answered: [OnceLock<(Counter, Histogram)>; Route::COUNT],
    samples: Samples,
    cut: Counter,
    kept: Counter,
    pub(crate) connections: Gauge<i64, AtomicI64>,
    pub(crate) streams: Gauge<i64, AtomicI64>,
}

/// What was drawn, by scheme.
#[derive(Debug)]
struct Samples {
    points: Family<Scheme, Counter>,
    attempts: Family<Scheme, Counter>,
    accepted: Family<Scheme, Counter>,
    handles: [OnceLock<[Counter; 3]>; SchemeKind::ALL.len()],
}

impl Samples {
    fn new(registry: &mut Registry) -> Self {
        let samples = Self {
            points: Family::default(),
            attempts: Family::default(),
            accepted: Family::default(),
            handles: Default::default(),
        };
        registry.register("sphere_sample_points", "Points drawn", samples.points.clone());
        let help = "Candidates examined, of which rejection methods keep some";
        registry.register("sphere_sample_attempts", help, samples.attempts.clone());
        let help = "Candidates accepted";
        registry.register("sphere_sample_accepted", help, samples.accepted.clone());
        samples
    }

    fn computed(&self, scheme: SchemeKind, report: &Report) {
        let [points, attempts, accepted] = self.handles[scheme as usize].get_or_init(|| {
            let label = Scheme { scheme: scheme.name() };
            [&self.points, &self.attempts, &self.accepted]
                .map(|family| family.get_or_create_owned(&label))
        });
        points.inc_by(report.points);
        attempts.inc_by(report.tally.attempts);
        accepted.inc_by(report.tally.accepted);
    }
}

impl Metrics {
    pub(crate) fn new(engines: &EngineEvents, queue: Option<&QueueMetrics>) -> Self {
        let mut registry = Registry::default();
        engines.register(&mut registry);
        if let Some(queue) = queue {
            queue.register(&mut registry);
        }
        let requests = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let durations =
            Family::new_with_constructor((|| Histogram::new(LATENCIES)) as fn() -> Histogram);
        let help = "Seconds from a request's head to its response's head";
        registry.register("http_request_duration_seconds", help, durations.clone());
        let samples = Samples::new(&mut registry);
        let cut = Counter::default();
        let help = "Responses that ended before their last byte";
        registry.register("sphere_sample_streams_cut", help, cut.clone());
        let kept = Counter::default();
        let help = "Small responses that were not computed again";
        registry.register("sphere_sample_kept", help, kept.clone());
        let connections = Gauge::default();
        registry.register("http_connections", "Open connections", connections.clone());
        let streams = Gauge::default();
        registry.register("sphere_sample_streams", "Responses being streamed", streams.clone());
        Self {
            registry,
            requests,
            durations,
            answered: Default::default(),
            samples,
            cut,
            kept,
            connections,
            streams,
        }
    }

    pub(crate) fn answered(&self, route: Route<'_>, status: StatusCode, time: Duration) {
        let count = |status: StatusCode| {
            let answer = Answer { route: route.label(), status: status.as_u16().into() };
            self.requests.get_or_create_owned(&answer)
        };
        let (succeeded, durations) = self.answered[route.number()].get_or_init(|| {
            let label = RouteLabel { route: route.label() };
            (count(StatusCode::OK), self.durations.get_or_create_owned(&label))
        });
        if status == StatusCode::OK {
            succeeded.inc();
        } else {
            count(status).inc();
        }
        durations.observe(time.as_secs_f64());
    }

    pub(crate) fn computed(&self, scheme: SchemeKind, report: &Report) {
        self.samples.computed(scheme, report);
    }

    pub(crate) fn kept(&self) {
        self.kept.inc();
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
