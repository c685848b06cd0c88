//! Authentication: an account, by HTTP Basic, under its own subdomain (fact sheet 3).

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::error::{Error, Refused};
use super::findings;
use super::name::NAME;
use super::readings::RateLimit;
use crate::dialects::ccai as data;
use crate::keys::{is_dirty, looks_real};
use crate::vendor::credential::{authorization, basic, scheme, single};
use crate::vendor::{Context, Known, RetryAfter, host, keep};

/// The rate limit of an account, in requests per second (3).
const RATE: u32 = 10;

/// The authenticated account of a request.
#[derive(Debug, Clone)]
pub struct Account {
    /// The account's entry in the scenario.
    pub settings: data::Account,
}

impl<S: Sync> FromRequestParts<S> for Account {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let account = prove(request)?;
        within_rate(request, &account)?;
        keep(request, &account);
        Ok(account)
    }
}

/// The subdomain in a request's credential, authenticated or not.
pub fn named(headers: &HeaderMap) -> Option<String> {
    basic(authorization(headers)?).map(|(user, _)| user)
}

fn prove(request: &Parts) -> Result<Account, Error> {
    let value = single(&request.headers, &AUTHORIZATION).ok_or(Error::NotAuthorized)?;
    let Known { world, notes, .. } = &**Context::of(request);
    let scheme = scheme(value);
    let first_word = if scheme.is_empty() { value } else { scheme };
    if !first_word.eq_ignore_ascii_case("basic") {
        // A value without a scheme may be a credential, so the finding must not show it.
        notes.finding_of(&findings::AUTHORIZATION_SCHEME, || format!("`{scheme}`"));
    }
    let (user, password) = basic(value).ok_or(Error::NotAuthorized)?;
    let subdomain = world.names().in_scenario(NAME, &user);
    let accounts = &world.accounts().ccai;
    let account = accounts.iter().find(|account| account.subdomain == subdomain && account.token == password);
    if !accounts.iter().any(|account| account.token == password) && looks_real(&password) {
        notes.finding(&findings::REAL_LOOKING_KEY);
    }
    if account.is_none() && (is_dirty(&user) || is_dirty(&password)) {
        notes.finding(&findings::DIRTY_CREDENTIAL);
    }
    let account = account.ok_or(Error::NotAuthorized)?;
    on_its_host(request, account)?;
    Ok(Account { settings: account.clone() })
}

/// Checks that the Host's label is the account's subdomain. The check applies only under
/// `.localhost` and the account's own domain. Any other Host is just an address of callmock.
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
