//! Paths that say which world is meant: a base URL for clients whose credentials cannot be changed
//! (`/w/{id}/…`), and the files of recordings (`/_files/{id}/…`).

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Uri};

use super::App;
use super::own::{Refused, unknown_world};
use crate::vendor::recording::FILES;
use crate::world::World;

/// What the paths of a pinned base URL begin with.
const PINNED: &str = "/w/";

/// A world that the base URL names, `/w/{id}`, instead of a credential.
pub struct PinnedWorld {
    pub world: Arc<World>,
    /// The part of the path that the vendor does not see.
    pub prefix: Option<Arc<str>>,
}

impl PinnedWorld {
    /// Takes the world off a request's path, if there is one on it.
    pub fn of(app: &App, mut request: Request<Body>) -> Result<(Request<Body>, Option<Self>), Refused> {
        let uri = request.uri().clone();
        if let Some((id, _)) = uri.path().strip_prefix(FILES).and_then(|rest| rest.split_once('/')) {
            let Some(slot) = app.worlds.get(id) else { return Err(unknown_world(app, id, false)) };
            slot.touch();
            return Ok((request, Some(Self { world: slot.world(), prefix: None })));
        }
        let Some(rest) = uri.path().strip_prefix(PINNED) else { return Ok((request, None)) };
        let (id, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
        let Some(slot) = app.worlds.get(id) else { return Err(unknown_world(app, id, false)) };
        slot.touch();
        let path = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = path.parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
        Ok((request, Some(Self { world: slot.world(), prefix: Some(format!("{PINNED}{id}").into()) })))
    }
}
