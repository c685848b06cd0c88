//! The gateway's first checks: encoding, `Format`, `Action` and `Version` (B1).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;

use super::super::findings;
use super::features;
use super::parameters::{COMMON, Format, Pair, Parameters, action};
use super::refusals::Error;
use super::refused::Refused;
use crate::contract::Catalogue;
use crate::nearest::did_you_mean_or_list;
use crate::vendor::{Context, keep};
use crate::world::Walks;

/// The only API version of this product.
pub const VERSION: &str = "2020-07-01";

/// A request that has passed the first checks.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// The parameters, for the later checks.
    pub parameters: Arc<Parameters>,
}

impl<S: Sync> FromRequestParts<S> for Gateway {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let parameters = Parameters::of(request);
        note_form(request, &parameters);
        check(request, &parameters).map_err(|refusal| Refused::of(request, refusal))?;
        let gateway = Self { parameters };
        keep(request, &gateway);
        Ok(gateway)
    }
}

fn note_form(request: &Parts, parameters: &Parameters) {
    if parameters.well_formed().is_err() {
        return;
    }
    let notes = &Context::of(request).notes;
    if parameters.format() == Ok(Format::Xml) {
        notes.behavior(&features::FORMAT_XML);
    }
    if !parameters.form().is_empty() {
        notes.behavior(&features::FORM_BODY);
    }
}

fn check(request: &Parts, parameters: &Parameters) -> Result<(), Error> {
    parameters.well_formed()?;
    parameters.format()?;
    // The endpoint was chosen by `Action`, so only `Version` is left.
    match parameters.or_header(request, "Version", "x-acs-version")?.as_deref() {
        None => Err(Error::MissingVersion),
        Some(VERSION) => Ok(()),
        Some(_) => Err(Error::InvalidVersion),
    }
}

/// The refusal of a request that no endpoint matches: a wrong method, malformed parameters, a wrong
/// `Format`, or an `Action` that is unknown or not emulated.
pub fn unmatched(request: &Parts, catalogue: &'static Catalogue) -> Refused {
    let parameters = Parameters::of(request);
    if ![Method::GET, Method::POST].contains(&request.method) {
        return Refused::of(request, Error::UnsupportedMethod);
    }
    note_form(request, &parameters);
    let action = parameters.well_formed().and_then(|()| parameters.format()).and_then(|_| action(request));
    let refusal = action.map_or_else(
        |refusal| refusal,
        |action| {
            let known = action.and_then(|action| catalogue.not_emulated("Action", &action));
            let Some(operation) = known else { return Error::InvalidAction };
            let notes = &Context::of(request).notes;
            notes.finding_of(&findings::NOT_EMULATED_SENT, || format!("`Action={}`", operation.path));
            Error::NotEmulated
        },
    );
    Refused::of(request, refusal)
}

/// A hash of a request's parameters, equal for retries. It leaves out key, token, time and
/// signature, and the parameters in `but`.
pub fn asked(request: &Parts, but: &[&str]) -> u64 {
    let proof = ["AccessKeyId", "SecurityToken", "Timestamp"];
    let parameters = Parameters::of(request);
    let mut pairs: Vec<&Pair> = parameters.all().collect();
    pairs.retain(|(name, _)| {
        !name.starts_with("Signature") && !proof.contains(&name.as_str()) && !but.contains(&name.as_str())
    });
    pairs.sort();
    Walks::hash(pairs)
}

/// The `InstanceId` of a request, for the text of a refusal that a fault causes.
pub fn instance_of(request: &Parts) -> String {
    Parameters::of(request).get("InstanceId").ok().flatten().unwrap_or("ccc-test").to_owned()
}

/// Notes unknown parameters, each with the most similar known name. Also notes a request with an
/// HMAC-SHA1 signature that leaves `Format` out.
pub fn note_parameters(request: &Parts, own: &[&'static str]) {
    let (parameters, notes) = (Parameters::of(request), &Context::of(request).notes);
    let known = || COMMON.iter().chain(own).copied();
    let names = parameters.all().map(|(name, _)| name.as_str());
    for name in names.filter(|name| !known().any(|known| known == *name)) {
        notes.finding_of(&findings::UNKNOWN_PARAMETER, || {
            let near = did_you_mean_or_list(name, known());
            format!("`{name}`{near}")
        });
    }
    if !parameters.is_acs3(&request.headers) && parameters.get("Format") == Ok(None) {
        notes.finding(&findings::FORMAT_LEFT_OUT);
    }
}
