//! Paths that name a world: pinned base URLs (`/w/{id}/…`), for clients whose credentials cannot be
//! changed, and the files of recordings (`/_files/{id}/…`).

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Uri};

use super::App;
use super::own::{Refused, unknown_world};
use crate::vendor::recording::FILES;
use crate::world::World;

/// The prefix of pinned base URLs.
const PINNED: &str = "/w/";

/// The world that a request's path names, instead of its credential.
pub struct PinnedWorld {
    pub world: Arc<World>,
    /// The prefix of the path that is hidden from the vendor.
    pub prefix: Option<Arc<str>>,
}

impl PinnedWorld {
    /// Finds the world that a request's path names, and removes a pinned prefix from the path.
    pub fn of(app: &App, mut request: Request<Body>) -> Result<(Request<Body>, Option<Self>), Refused> {
        let uri = request.uri().clone();
        if let Some((id, _)) = uri.path().strip_prefix(FILES).and_then(|rest| rest.split_once('/')) {
            // The file of a world that is not there is missing, in the vendor's words.
            let slot = app.worlds.get(id).unwrap_or_else(|| Arc::clone(app.worlds.default_slot()));
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
