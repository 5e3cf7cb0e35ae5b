//! Which path is answered by what, and how it may be asked.

use hyper::Method;

/// A place of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Index,
    Docs,
    OpenApi,
    Health,
    Ready,
    Metrics,
    /// What the engines are in.
    Engines,
    /// A file of the page, by name.
    File(&'a str),
    /// Points of a scheme, by name.
    Sample(&'a str),
    /// The nearest points of a scheme, by name.
    Nearest(&'a str),
    /// All jobs.
    Jobs,
    /// One, by name.
    Job(&'a str),
    /// What becomes of it.
    JobEvents(&'a str),
    /// What came of it.
    JobResult(&'a str),
    /// Once more.
    JobRetry(&'a str),
    Unknown,
}

/// Paths to suggest to those who ask for another.
pub(crate) const PLACES: [&str; 14] = [
    "/",
    "/docs",
    "/openapi.json",
    "/health",
    "/ready",
    "/metrics",
    "/v1/sample/fibonacci",
    "/v1/sample/disk",
    "/v1/sample/random",
    "/v1/sample/sobol",
    "/v1/sample/pixels",
    "/v1/nearest/fibonacci",
    "/v1/engines",
    "/v1/jobs",
];

impl<'a> Route<'a> {
    pub(crate) const COUNT: usize = 16;

    pub(crate) fn of(path: &'a str) -> Self {
        let below = |prefix: &str| {
            path.strip_prefix(prefix).filter(|name| !name.is_empty() && !name.contains('/'))
        };
        match path {
            "/" => Self::Index,
            "/docs" => Self::Docs,
            "/openapi.json" => Self::OpenApi,
            "/health" => Self::Health,
            "/ready" => Self::Ready,
            "/metrics" => Self::Metrics,
            "/v1/engines" => Self::Engines,
            "/v1/jobs" => Self::Jobs,
            _ => below("/v1/sample/")
                .map(Self::Sample)
                .or_else(|| below("/v1/nearest/").map(Self::Nearest))
                .or_else(|| below("/web/").map(Self::File))
                .or_else(|| below("/v1/jobs/").map(Self::Job))
                .or_else(|| Self::of_job(path.strip_prefix("/v1/jobs/")?))
                .unwrap_or(Self::Unknown),
        }
    }

    /// What lies below a job.
    fn of_job(path: &'a str) -> Option<Self> {
        match path.split_once('/').filter(|(id, _)| !id.is_empty())? {
            (id, "events") => Some(Self::JobEvents(id)),
            (id, "result") => Some(Self::JobResult(id)),
            (id, "retry") => Some(Self::JobRetry(id)),
            _ => None,
        }
    }

    /// Its place among the [`Route::COUNT`] kinds of routes.
    pub(crate) const fn number(self) -> usize {
        match self {
            Self::Index => 0,
            Self::Docs => 1,
            Self::OpenApi => 2,
            Self::Health => 3,
            Self::Ready => 4,
            Self::Metrics => 5,
            Self::File(_) => 6,
            Self::Sample(_) => 7,
            Self::Nearest(_) => 8,
            Self::Engines => 9,
            Self::Unknown => 10,
            Self::Jobs => 11,
            Self::Job(_) => 12,
            Self::JobEvents(_) => 13,
            Self::JobResult(_) => 14,
            Self::JobRetry(_) => 15,
        }
    }

    /// The route as a label: one of [`Route::COUNT`], whatever strangers ask for.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Index => "/",
            Self::Docs => "/docs",
            Self::OpenApi => "/openapi.json",
            Self::Health => "/health",
            Self::Ready => "/ready",
            Self::Metrics => "/metrics",
            Self::Engines => "/v1/engines",
            Self::File(_) => "/web/{file}",
            Self::Sample(_) => "/v1/sample/{scheme}",
            Self::Nearest(_) => "/v1/nearest/{scheme}",
            Self::Jobs => "/v1/jobs",
            Self::Job(_) => "/v1/jobs/{id}",
            Self::JobEvents(_) => "/v1/jobs/{id}/events",
            Self::JobResult(_) => "/v1/jobs/{id}/result",
            Self::JobRetry(_) => "/v1/jobs/{id}/retry",
            Self::Unknown => "unknown",
        }
    }

    /// The methods that it answers, as `Allow` lists them. HEAD is wherever GET is.
    pub(crate) const fn methods(self) -> &'static str {
        match self {
            Self::Nearest(_) | Self::JobRetry(_) => "POST",
            Self::Jobs => "GET, HEAD, POST",
            Self::Job(_) => "GET, HEAD, DELETE",
            _ => "GET, HEAD",
        }
    }

    /// Whether it answers a method.
    pub(crate) fn answers(self, method: &Method) -> bool {
        self.methods().split(", ").any(|known| known == method.as_str())
    }

    /// Whether a request of this method has a body.
    pub(crate) fn takes_body(self, method: &Method) -> bool {
        method == Method::POST && matches!(self, Self::Nearest(_) | Self::Jobs)
    }

    /// Whether it answers those who have no token: liveness, and how to use the service.
    pub(crate) const fn is_public(self) -> bool {
        matches!(
            self,
            Self::Index | Self::Docs | Self::OpenApi | Self::Health | Self::Ready | Self::File(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use hyper::Method;

    use super::{PLACES, Route};

    #[test]
    fn paths() {
        for place in PLACES {
            assert_ne!(Route::of(place), Route::Unknown, "{place}");
        }
        let table = [
            ("/v1/sample/sobol", Route::Sample("sobol")),
            ("/v1/engines", Route::Engines),
            ("/v1/nearest/fibonacci", Route::Nearest("fibonacci")),
            ("/web/main.js", Route::File("main.js")),
            ("/v1/jobs", Route::Jobs),
            ("/v1/jobs/5", Route::Job("5")),
            ("/v1/jobs/5/events", Route::JobEvents("5")),
            ("/v1/jobs/5/result", Route::JobResult("5")),
            ("/v1/jobs/5/retry", Route::JobRetry("5")),
            ("/v1/jobs/", Route::Unknown),
            ("/v1/jobs//result", Route::Unknown),
            ("/v1/jobs/5/results", Route::Unknown),
            ("/v1/jobs/5/result/", Route::Unknown),
            ("/v1/sample/", Route::Unknown),
            ("/v1/sample/a/b", Route::Unknown),
            ("/web/../secret", Route::Unknown),
            ("/health/", Route::Unknown),
            ("*", Route::Unknown),
            ("", Route::Unknown),
        ];
        for (path, route) in table {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }

    #[test]
    fn routes_have_places_and_methods_of_their_own() {
        let routes = [
            Route::Index,
            Route::Docs,
            Route::OpenApi,
            Route::Health,
            Route::Ready,
            Route::Metrics,
            Route::File(""),
            Route::Sample(""),
            Route::Nearest(""),
            Route::Engines,
            Route::Unknown,
            Route::Jobs,
            Route::Job(""),
            Route::JobEvents(""),
            Route::JobResult(""),
            Route::JobRetry(""),
        ];
        assert_eq!(routes.map(Route::number), std::array::from_fn(|number| number));
        assert_eq!(routes.len(), Route::COUNT);
        for (route, get, post, delete, body) in [
            (Route::Sample(""), true, false, false, false),
            (Route::Nearest(""), false, true, false, true),
            (Route::Jobs, true, true, false, true),
            (Route::Job(""), true, false, true, false),
            (Route::JobRetry(""), false, true, false, false),
        ] {
            assert_eq!((route.answers(&Method::GET), route.answers(&Method::HEAD)), (get, get));
            assert_eq!(route.answers(&Method::POST), post);
            assert_eq!(route.answers(&Method::DELETE), delete);
            assert_eq!(route.takes_body(&Method::POST), body);
            assert!(!route.takes_body(&Method::GET) && !route.is_public());
        }
    }
}
