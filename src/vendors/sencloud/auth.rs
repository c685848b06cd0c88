//! Who asks: a shop, by its bearer key (page L110; fact sheet 4).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::NAME;
use super::contract;
use super::error::{Error, Refused};
use crate::dialects::Account;
use crate::exchange::Context;
use crate::keys::{is_dirty, looks_real};

/// The shop that a request proved to come from.
#[derive(Debug, Clone)]
pub struct Shop {
    /// The public half of its key in the scenario.
    pub id: String,
}

impl<S: Sync> FromRequestParts<S> for Shop {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let shop = prove(request).map_err(|error| Refused::of(request, error))?;
        request.extensions.insert(shop.clone());
        Ok(shop)
    }
}

fn prove(request: &Parts) -> Result<Shop, Error> {
    let mut values = request.headers.get_all(header::AUTHORIZATION).iter();
    let notes = &Context::of(request).notes;
    let key = match (values.next(), values.next()) {
        (Some(value), None) => std::str::from_utf8(value.as_bytes()).ok().and_then(bearer),
        _ => None,
    };
    let given =
        request.headers.get(header::AUTHORIZATION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    if let Some(given) = given.filter(|_| key.is_none()) {
        // What has no scheme may be the key.
        let scheme = given.split_once(' ').map_or("", |(scheme, _)| scheme);
        if !scheme.eq_ignore_ascii_case("bearer") {
            notes.finding_of(&contract::AUTHORIZATION_SCHEME, || format!("`{scheme}`"));
        }
    }
    let key = key.ok_or(Error::Unauthenticated)?;
    let world = &Context::of(request).world;
    let (half, secret) = halves(key);
    let half = world.names().in_scenario(NAME, half);
    let accounts = &world.accounts().sencloud;
    let is_known = accounts.iter().any(|account| halves(&account.api_key) == (half, secret));
    if !is_known && looks_real(secret.unwrap_or(half)) {
        notes.finding(&contract::REAL_LOOKING_KEY);
    }
    if !is_known && is_dirty(key) {
        notes.finding(&contract::DIRTY_CREDENTIAL);
    }
    match accounts.iter().find(|account| halves(&account.api_key) == (half, secret)) {
        Some(account) => Ok(Shop { id: account.public_half().to_owned() }),
        None if key.starts_with("shop") => Err(Error::PermissionDenied),
        None => Err(Error::InvalidApiKey),
    }
}

/// The public half of the key that a request carries, good or not.
pub fn named(headers: &HeaderMap) -> Option<String> {
    let value = std::str::from_utf8(headers.get(header::AUTHORIZATION)?.as_bytes()).ok()?;
    bearer(value).map(|key| halves(key).0.to_owned())
}

/// A key's public half and its secret; one without a colon is both.
fn halves(key: &str) -> (&str, Option<&str>) {
    key.split_once(':').map_or((key, None), |(half, secret)| (half, Some(secret)))
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, key) = value.split_once(' ')?;
    Some(key.trim()).filter(|key| scheme.eq_ignore_ascii_case("bearer") && !key.is_empty())
}
