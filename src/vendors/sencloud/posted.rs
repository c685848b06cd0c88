//! The call convention of every method of the service: POST with JSON (fact sheet 4).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, header};

use super::error::{Error, Refused};

/// The check for POST and a JSON content type. The method is checked first, then the content type,
/// and the path after both.
#[derive(Debug)]
pub struct Posted;

impl<S: Sync> FromRequestParts<S> for Posted {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        check(request).map(|()| Self).map_err(|error| Refused::of(request, error))
    }
}

fn check(request: &Parts) -> Result<(), Error> {
    if request.method != Method::POST {
        return Err(Error::WrongMethod(request.method.to_string()));
    }
    let content_type = request.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.map_or("".into(), |value| String::from_utf8_lossy(value.as_bytes()));
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(Error::WrongContentType(content_type.into_owned()))
    }
}
