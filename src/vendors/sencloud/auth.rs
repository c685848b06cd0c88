//! Authentication: the shop of a bearer key (page L110; fact sheet 4).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::error::{Error, Refused};
use super::findings;
use super::name::NAME;
use crate::dialects::Account;
use crate::keys::{is_dirty, looks_real};
use crate::vendor::credential::{authorization, bearer, halves, scheme, single};
use crate::vendor::{Context, keep};

/// The authenticated shop of a request.
#[derive(Debug, Clone)]
pub struct Shop {
    /// The public half of the shop's key in the scenario.
    pub id: String,
}

impl<S: Sync> FromRequestParts<S> for Shop {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let shop = prove(request).map_err(|error| Refused::of(request, error))?;
        keep(request, &shop);
        Ok(shop)
    }
}

fn prove(request: &Parts) -> Result<Shop, Error> {
    let notes = &Context::of(request).notes;
    let key = single(&request.headers, &header::AUTHORIZATION).and_then(bearer);
    let given =
        request.headers.get(header::AUTHORIZATION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    if let Some(given) = given.filter(|_| key.is_none()) {
        let scheme = scheme(&given);
        if !scheme.eq_ignore_ascii_case("bearer") {
            notes.finding_of(&findings::AUTHORIZATION_SCHEME, || format!("`{scheme}`"));
        }
    }
    let key = key.ok_or(Error::Unauthenticated)?;
    let world = &Context::of(request).world;
    let (half, secret) = halves(key);
    let half = world.names().in_scenario(NAME, half);
    let accounts = &world.accounts().sencloud;
    let account = accounts.iter().find(|account| halves(&account.api_key) == (half, secret));
    if account.is_none() && looks_real(secret.unwrap_or(half)) {
        notes.finding(&findings::REAL_LOOKING_KEY);
    }
    if account.is_none() && is_dirty(key) {
        notes.finding(&findings::DIRTY_CREDENTIAL);
    }
    match account {
        Some(account) => Ok(Shop { id: account.public_half().to_owned() }),
        None if key.starts_with("shop") => Err(Error::PermissionDenied),
        None => Err(Error::InvalidApiKey),
    }
}

/// The public half of a request's bearer key, authenticated or not.
pub fn named(headers: &HeaderMap) -> Option<String> {
    authorization(headers).and_then(bearer).map(|key| halves(key).0.to_owned())
}
