//! Decoding of JSON bodies.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Map, Value};

use super::error::{Error, Refused};
use super::findings;
use crate::nearest::did_you_mean_or_list;
use crate::vendor::{Context, Known, media_type};

/// The members of a JSON body. A body that is not an object has none.
#[derive(Debug, Clone)]
pub struct Body(pub Map<String, Value>);

impl<S: Sync> FromRequestParts<S> for Body {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let Known { body, notes, .. } = &**Context::of(request);
        let read = serde_json::from_slice(body);
        let kind = media_type(request);
        if read.is_ok() && !kind.eq_ignore_ascii_case("application/json") {
            notes.finding_of(&findings::CONTENT_TYPE_MISSING, || format!("`{kind}`"));
        }
        match read {
            Ok(Value::Object(members)) => Ok(Self(members)),
            Ok(_) => Ok(Self(Map::new())),
            Err(_) => Err(Error::InvalidJson.into()),
        }
    }
}

/// Notes members that the page does not have, each with the most similar known name.
pub fn note_unknown(members: &Map<String, Value>, known: &[&str], context: &Context) {
    for name in members.keys().filter(|name| !known.contains(&name.as_str())) {
        context.notes.finding_of(&findings::UNKNOWN_KEY, || {
            let near = did_you_mean_or_list(name, known.iter().copied());
            format!("`{name}`{near}")
        });
    }
}
