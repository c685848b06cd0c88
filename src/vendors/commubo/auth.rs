//! Authentication: the tenant id and its access token, in two headers (page L39-48).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};

use super::error::{Error, Refused};
use super::findings;
use super::name::NAME;
use crate::keys::{is_dirty, looks_real};
use crate::vendor::credential::single;
use crate::vendor::{Context, keep};

/// The header `x-commubo-tenantId`, in lower case because header names ignore case.
pub const TENANT_ID: &str = "x-commubo-tenantid";
/// The header `x-commubo-accessToken`, in lower case because header names ignore case.
pub const ACCESS_TOKEN: &str = "x-commubo-accesstoken";

static ID: HeaderName = HeaderName::from_static(TENANT_ID);
static TOKEN: HeaderName = HeaderName::from_static(ACCESS_TOKEN);

/// The authenticated tenant of a request.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// The tenant id in the scenario, compared exactly (A20).
    pub id: String,
}

impl<S: Sync> FromRequestParts<S> for Tenant {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let tenant = prove(parts).map_err(|error| Refused::of(parts, error))?;
        keep(parts, &tenant);
        Ok(tenant)
    }
}

/// The tenant id in a request's headers, authenticated or not.
pub fn named(headers: &HeaderMap) -> Option<String> {
    single(headers, &ID).map(str::to_owned)
}

fn prove(parts: &Parts) -> Result<Tenant, Error> {
    let id = single(&parts.headers, &ID).ok_or(Error::MissingCredentials)?;
    let token = single(&parts.headers, &TOKEN).ok_or(Error::MissingCredentials)?;
    let world = &Context::of(parts).world;
    let given = id;
    let id = world.names().in_scenario(NAME, id);
    let accounts = &world.accounts().commubo;
    let account = accounts.iter().find(|account| account.tenant_id == id);
    if !accounts.iter().any(|account| account.access_token == token) && looks_real(token) {
        Context::of(parts).notes.finding(&findings::REAL_LOOKING_KEY);
    }
    let proved = account.is_some_and(|account| account.access_token == token);
    if !proved && (is_dirty(given) || is_dirty(token)) {
        Context::of(parts).notes.finding(&findings::DIRTY_CREDENTIAL);
    }
    if account.ok_or(Error::UnknownTenant)?.access_token != token {
        return Err(Error::WrongToken);
    }
    Ok(Tenant { id: id.to_owned() })
}
