//! Which path is answered by what.

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
    Unknown,
}

/// Paths to suggest to those who ask for another.
pub(crate) const PLACES: [&str; 13] = [
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
];

impl<'a> Route<'a> {
    pub(crate) const COUNT: usize = 11;

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
            _ => below("/v1/sample/")
                .map(Self::Sample)
                .or_else(|| below("/v1/nearest/").map(Self::Nearest))
                .or_else(|| below("/web/").map(Self::File))
                .unwrap_or(Self::Unknown),
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
            Self::Unknown => "unknown",
        }
    }

    /// Whether requests have a body: then they are POST, else GET and HEAD.
    pub(crate) const fn takes_body(self) -> bool {
        matches!(self, Self::Nearest(_))
    }

    /// Whether it answers those who have no token: liveness, and how to use the service.
    pub(crate) const fn is_public(self) -> bool {
        !matches!(
            self,
            Self::Metrics | Self::Engines | Self::Sample(_) | Self::Nearest(_) | Self::Unknown
        )
    }
}

#[cfg(test)]
mod tests {
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
}
