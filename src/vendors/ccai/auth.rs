//! Who asks: an account, by HTTP Basic, on its own subdomain (fact sheet 3).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::NAME;
use super::contract::{self as behaviors, RateLimit};
use super::error::{Error, Refused};
use crate::dialects::ccai as data;
use crate::exchange::{Context, RetryAfter, host};
use crate::keys::{is_dirty, looks_real};

/// How many requests an account may send in a second, where they are limited (3).
const RATE: u32 = 10;

/// The account that a request proved to come from.
#[derive(Debug, Clone)]
pub struct Account {
    /// With its settings.
    pub settings: data::Account,
}

impl<S: Sync> FromRequestParts<S> for Account {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let account = prove(request)?;
        within_rate(request, &account)?;
        request.extensions.insert(account.clone());
        Ok(account)
    }
}

/// The subdomain that a request's credential names, proved or not.
pub fn named(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    basic(value).map(|(user, _)| user)
}

fn prove(request: &Parts) -> Result<Account, Error> {
    let mut values = request.headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Error::NotAuthorized) };
    let notes = &Context::of(request).notes;
    let value = value.to_str().map_err(|_| Error::NotAuthorized)?;
    let scheme = value.split(' ').next().unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("basic") {
        // What has no scheme may be a credential.
        let shown = if value.contains(' ') { scheme } else { "" };
        notes.finding_of(&behaviors::AUTHORIZATION_SCHEME, || format!("`{shown}`"));
    }
    let (user, password) = basic(value).ok_or(Error::NotAuthorized)?;
    let world = &Context::of(request).world;
    let subdomain = world.names().in_scenario(NAME, &user);
    let accounts = &world.accounts().ccai;
    let account = accounts.iter().find(|account| account.subdomain == subdomain && account.token == password);
    if !accounts.iter().any(|account| account.token == password) && looks_real(&password) {
        Context::of(request).notes.finding(&behaviors::REAL_LOOKING_KEY);
    }
    if account.is_none() && (is_dirty(&user) || is_dirty(&password)) {
        notes.finding(&behaviors::DIRTY_CREDENTIAL);
    }
    let account = account.ok_or(Error::NotAuthorized)?;
    on_its_host(request, account)?;
    Ok(Account { settings: account.clone() })
}

fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, credential) = value.split_once(' ')?;
    let decoded = BASE64.decode(credential.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (user, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// The Host's first label must be the subdomain, but only where the Host is under a domain that is
/// meant: `.localhost`, or the account's own. Everywhere else it is an address to reach callmock
/// by.
fn on_its_host(request: &Parts, account: &data::Account) -> Result<(), Error> {
    let names = Context::of(request).world.names();
    let host = host(request).unwrap_or_default();
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(h, _)| h);
    let mut domains = ["localhost"].into_iter().chain(account.domain.as_deref());
    let label = domains.find_map(|domain| host.strip_suffix(domain)?.strip_suffix('.'));
    match label {
        Some(label)
            if names.in_scenario(NAME, label.split('.').next().unwrap_or_default()) != account.subdomain =>
        {
            Err(Error::WrongSubdomain)
        }
        _ => Ok(()),
    }
}

fn within_rate(request: &Parts, account: &Account) -> Result<(), Error> {
    let world = &Context::of(request).world;
    if world.reading::<RateLimit>() == RateLimit::Off {
        return Ok(());
    }
    let key = format!("{NAME} {}", account.settings.subdomain);
    let count = world.changes(|changes| changes.count_in_second(&key, world.now()));
    if count > RATE { Err(Error::TooManyRequests(RetryAfter::seconds(1))) } else { Ok(()) }
}
