//! Finding the operation of a request, once, from the vendor's list of endpoints.

use std::sync::Arc;

use axum::http::request::Parts;

use super::{Endpoint, Vendor};
use crate::contract::{Operation, Route};

/// The routes of one vendor.
pub struct Routes {
    paths: matchit::Router<OfPath>,
    actions: Vec<&'static Endpoint>,
    /// The methods of the actions of each path.
    of_actions: Vec<(&'static str, Arc<[&'static str]>)>,
}

/// The operations of one path, with the methods of all of them.
struct OfPath(Vec<&'static Endpoint>, Arc<[&'static str]>);

/// The result of a search by method, path and action.
#[derive(Default)]
pub struct Found {
    /// The operation with its handler. `None` if the vendor does not have the path, method or
    /// action.
    pub endpoint: Option<&'static Endpoint>,
    /// The operation. For a known path with a wrong method, it is an operation of that path.
    pub operation: Option<&'static Operation>,
    /// The variable segments of the path with their names, as they were sent.
    pub segments: Arc<[(String, String)]>,
    /// The methods that the path supports; empty for an unknown path.
    pub allowed: Arc<[&'static str]>,
}

impl Routes {
    /// Makes the routes of a vendor's operations.
    ///
    /// # Panics
    /// If two operations have the same method and path, which is a mistake in the vendor's list.
    #[must_use]
    pub fn of(endpoints: &'static [&'static Endpoint]) -> Self {
        let mut by_template: Vec<(&'static str, Vec<&'static Endpoint>)> = vec![];
        let mut actions: Vec<&'static Endpoint> = vec![];
        for endpoint in endpoints {
            match endpoint.operation.route {
                Route::Action { name, .. } => {
                    assert!(!actions.iter().any(|other| action(other) == Some(name)), "{name} stands twice");
                    actions.push(endpoint);
                }
                Route::Path { template, aliases, methods } => {
                    for path in std::iter::once(&template).chain(aliases) {
                        let known = by_template.iter().position(|(known, _)| known == path);
                        let at = known.unwrap_or_else(|| {
                            by_template.push((path, vec![]));
                            by_template.len() - 1
                        });
                        let taken = |other: &&&Endpoint| {
                            other.operation.route.methods().iter().any(|method| methods.contains(method))
                        };
                        assert!(!by_template[at].1.iter().any(|other| taken(&other)), "{path} stands twice");
                        by_template[at].1.push(endpoint);
                    }
                }
            }
        }
        let mut paths = matchit::Router::new();
        for (path, endpoints) in by_template {
            let methods = endpoints.iter().flat_map(|e| e.operation.route.methods()).copied().collect();
            let endpoints = OfPath(endpoints, methods);
            paths.insert(matched_whole(path), endpoints).unwrap_or_else(|error| panic!("{path}: {error}"));
        }
        let mut of_actions: Vec<(&'static str, Arc<[&'static str]>)> = vec![];
        for path in actions.iter().map(|endpoint| endpoint.operation.path()) {
            if of_actions.iter().any(|(known, _)| *known == path) {
                continue;
            }
            let here = actions.iter().filter(|endpoint| endpoint.operation.path() == path);
            let mut methods: Vec<&'static str> =
                here.flat_map(|endpoint| endpoint.operation.route.methods()).copied().collect();
            methods.sort_unstable();
            methods.dedup();
            of_actions.push((path, methods.into()));
        }
        Self { paths, actions, of_actions }
    }

    /// Finds the operation of a request.
    #[must_use]
    pub fn find(&self, vendor: &dyn Vendor, request: &Parts) -> Found {
        let (method, path) = (request.method.as_str(), request.uri.path());
        let fits = |endpoint: &&&'static Endpoint| endpoint.operation.route.methods().contains(&method);
        if let Ok(matched) = self.paths.at(path) {
            let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
            let OfPath(endpoints, methods) = matched.value;
            let endpoint = endpoints.iter().find(fits).copied();
            let segments = if matched.params.is_empty() {
                Arc::default()
            } else {
                matched.params.iter().map(owned).collect()
            };
            return Found {
                endpoint,
                operation: endpoint.or(endpoints.first().copied()).map(|endpoint| &endpoint.operation),
                segments,
                allowed: Arc::clone(methods),
            };
        }
        let here = || self.actions.iter().filter(|endpoint| endpoint.operation.path() == path);
        let name = if here().next().is_some() { vendor.action(request) } else { None };
        let named = name.and_then(|name| here().find(|endpoint| action(endpoint) == Some(&*name)));
        let allowed = self.of_actions.iter().find(|(known, _)| *known == path);
        Found {
            endpoint: named.filter(fits).copied(),
            operation: named.map(|endpoint| &endpoint.operation),
            segments: Arc::default(),
            allowed: allowed.map(|(_, methods)| Arc::clone(methods)).unwrap_or_default(),
        }
    }
}

/// A template as the router takes it. The router matches whole segments only, so a segment that is
/// a name in part, such as `vendor-{call}.wav`, is matched whole under the name `file`.
fn matched_whole(template: &str) -> String {
    let in_part =
        |segment: &str| segment.contains('{') && !(segment.starts_with('{') && segment.ends_with('}'));
    let segments = template.split('/').map(|segment| if in_part(segment) { "{file}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

fn action(endpoint: &Endpoint) -> Option<&'static str> {
    match endpoint.operation.route {
        Route::Action { name, .. } => Some(name),
        Route::Path { .. } => None,
    }
}
