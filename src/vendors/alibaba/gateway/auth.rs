//! Authentication: an access key with a signature, checked before the operation's own parameters
//! (fact sheet 1.1, 3.1, 5; order B1).

use std::ops::Range;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::findings;
use super::super::name::NAME;
use super::super::readings::Skew;
use super::checks::Gateway;
use super::features;
use super::parameters::{Pair, Parameters};
use super::refusals::Error;
use super::refused::Refused;
use super::sign::{Acs3, Rpc};
use crate::dialects::alibaba::{Account, Instance, KeyState, is_real_id};
use crate::keys::is_dirty;
use crate::times::Time;
use crate::urlencoded;
use crate::vendor::{Context, Known, checked, keep};
use crate::world::{Clock, World};

/// The header of newer SDKs for a temporary credential's token.
pub const SECURITY_TOKEN: &str = "x-acs-security-token";

/// The largest difference between a signature's time and the clock (3.1).
pub const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// The largest such difference without a finding.
const NOTICED: TimeDelta = TimeDelta::minutes(1);

/// The authenticated access key of a request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The access key id in the scenario.
    pub access_key_id: String,
    /// The instances that the key may read.
    pub instances: Vec<Instance>,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let Gateway { parameters } = checked(request).await?;
        let claim = Claim::read(request, &parameters).map_err(|error| Refused::of(request, error))?;
        let caller = claim.prove(request, &parameters).map_err(|error| Refused::of(request, error))?;
        keep(request, &caller);
        Ok(caller)
    }
}

/// The check of a signature's time.
type CheckTime = fn(&str, &Parts) -> Result<(), Error>;

/// The claims of a request: its access key, time, nonce, token and signature.
pub(super) struct Claim {
    pub(super) access_key_id: String,
    pub(super) timestamp: String,
    pub(super) nonce: String,
    security_token: Option<String>,
    pub(super) signature: Signature,
}

pub(super) enum Signature {
    Acs3 { signed_headers: Option<String>, given: Option<String> },
    Rpc { given: Option<String> },
}

impl Claim {
    /// Reads the claims of either style. Refuses the first that is missing, in the gateway's order.
    fn read(request: &Parts, parameters: &Parameters) -> Result<Self, Error> {
        Self::read_with(request, parameters, |time, request| fresh(well_formed(time, request)?, request))
    }

    /// Reads the claims again, of a request whose time was right when it arrived.
    pub(super) fn read_again(request: &Parts, parameters: &Parameters) -> Option<Self> {
        Self::read_with(request, parameters, |_, _| Ok(())).ok()
    }

    fn read_with(request: &Parts, parameters: &Parameters, check_time: CheckTime) -> Result<Self, Error> {
        let read = if parameters.is_acs3(&request.headers) { Self::read_acs3 } else { Self::read_rpc };
        read(request, parameters, check_time)
    }

    fn read_acs3(request: &Parts, _: &Parameters, check_time: CheckTime) -> Result<Self, Error> {
        let header = |name: &str| {
            request.headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
        };
        let authorization = header(header::AUTHORIZATION.as_str());
        // A request without Authorization is refused as one without a key, whatever else it has
        // (B1a).
        let authorization = authorization.ok_or(Error::MissingAccessKeyId)?;
        let (algorithm, parts) = authorization.split_once(' ').unwrap_or((authorization, ""));
        if ["basic", "bearer", "digest", "negotiate"].contains(&algorithm.to_lowercase().as_str()) {
            let notes = &Context::of(request).notes;
            notes.finding_of(&findings::AUTHORIZATION_SCHEME, || format!("`{algorithm}`"));
        }
        let part = |name: &str| {
            let parts = parts.split(',').filter_map(|part| part.trim().split_once('='));
            parts
                .filter(|(n, _)| *n == name)
                .map(|(_, value)| value.to_owned())
                .find(|value| !value.is_empty())
        };
        let access_key_id = part("Credential").ok_or(Error::MissingAccessKeyId)?;
        let timestamp = header("x-acs-date").ok_or(Error::MissingTimestamp)?;
        check_time(timestamp, request)?;
        let nonce = header("x-acs-signature-nonce").ok_or(Error::MissingSignatureNonce)?;
        if algorithm != Acs3::ALGORITHM {
            return Err(Error::InvalidSignatureMethod);
        }
        Ok(Self {
            access_key_id,
            timestamp: timestamp.to_owned(),
            nonce: nonce.to_owned(),
            security_token: header(SECURITY_TOKEN).map(str::to_owned),
            // Missing parts are refused only after the key is found (B1).
            signature: Signature::Acs3 { signed_headers: part("SignedHeaders"), given: part("Signature") },
        })
    }

    fn read_rpc(request: &Parts, parameters: &Parameters, check_time: CheckTime) -> Result<Self, Error> {
        let access_key_id = parameters.get("AccessKeyId")?.ok_or(Error::MissingAccessKeyId)?;
        let timestamp = parameters.get("Timestamp")?.ok_or(Error::MissingTimestamp)?;
        check_time(timestamp, request)?;
        let nonce = parameters.get("SignatureNonce")?.ok_or(Error::MissingSignatureNonce)?;
        if parameters.get("SignatureMethod")?.ok_or(Error::MissingSignatureMethod)? != Rpc::METHOD {
            return Err(Error::InvalidSignatureMethod);
        }
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            timestamp: timestamp.to_owned(),
            nonce: nonce.to_owned(),
            security_token: parameters.get("SecurityToken")?.map(str::to_owned),
            signature: Signature::Rpc { given: parameters.get("Signature")?.map(str::to_owned) },
        })
    }

    /// Checks key, token, signature, nonce and permission, in this order.
    fn prove(self, request: &Parts, parameters: &Parameters) -> Result<Caller, Error> {
        let Known { world, notes, .. } = &**Context::of(request);
        let accounts = &world.accounts().alibaba;
        let id = world.names().in_scenario(NAME, &self.access_key_id);
        let account = accounts.iter().find(|account| account.access_key_id == id);
        if account.is_none() && is_real_id(&self.access_key_id) {
            notes.finding(&findings::REAL_LOOKING_KEY);
        }
        if account.is_none() && is_dirty(&self.access_key_id) {
            notes.finding(&findings::DIRTY_CREDENTIAL);
        }
        let account = account.ok_or(Error::AccessKeyNotFound)?;
        if account.state == KeyState::Disabled {
            return Err(Error::AccessKeyInactive);
        }
        if check_token(account, self.security_token.as_deref(), world)? {
            notes.behavior(&features::SECURITY_TOKEN);
        }
        match &self.signature {
            Signature::Acs3 { .. } => notes.behavior(&features::SIGNED_ACS3),
            Signature::Rpc { .. } => notes.behavior(&features::SIGNED_RPC),
        }
        self.check_signature(account, request, parameters)?;
        if !world.nonces().first_use(&account.access_key_id, &self.nonce) {
            notes.finding(&findings::NONCE_REUSED);
            notes.explain(json!({ "signature": { "cause": "nonce", "nonce": self.nonce } }));
            return Err(Error::SignatureNonceUsed);
        }
        if account.state == KeyState::Forbidden {
            return Err(Error::ForbiddenRam);
        }
        Ok(Caller { access_key_id: account.access_key_id.clone(), instances: account.instances.clone() })
    }
}

/// The access key id in a request's header, query or body, authenticated or not.
pub fn named(request: &Parts, body: &[u8]) -> Option<String> {
    let authorization = request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some((_, rest)) = authorization.and_then(|value| value.split_once("Credential=")) {
        return rest.split(',').next().map(|id| id.trim().to_owned());
    }
    let parameters = Parameters::of(request);
    let found = |pairs: &[Pair]| {
        pairs.iter().find(|(name, _)| name == "AccessKeyId").map(|(_, value)| value.to_string())
    };
    // Without a form's media type, the body is read as a form anyway, so that the client is still
    // known.
    let unlabelled = || {
        let text = std::str::from_utf8(body).ok()?;
        urlencoded::lossy(text).find(|(name, _)| name == "AccessKeyId").map(|(_, value)| value)
    };
    found(parameters.query()).or_else(|| found(parameters.form())).or_else(unlabelled)
}

/// Parses a time in exactly the form `YYYY-MM-DDThh:mm:ssZ`: chrono also accepts signs, blanks and
/// leap seconds. An error explains what is wrong with the form.
fn well_formed(text: &str, request: &Parts) -> Result<DateTime<Utc>, Error> {
    let shape = text.len() == 20
        && text.bytes().zip("0000-00-00T00:00:00Z".bytes()).all(|(byte, model)| match model {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        });
    let number = |digits: Range<usize>| text.get(digits)?.parse::<u32>().ok();
    let parsed = || {
        let date = NaiveDate::from_ymd_opt(number(0..4)?.try_into().ok()?, number(5..7)?, number(8..10)?)?;
        date.and_hms_opt(number(11..13)?, number(14..16)?, number(17..19)?)
    };
    shape.then(parsed).flatten().map(|time| time.and_utc()).ok_or_else(|| {
        let what = match DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z"))
        {
            Ok(time) if time.offset().local_minus_utc() != 0 => "the time has an offset from UTC",
            Ok(_) if text.contains('.') => "the time has parts of a second",
            Ok(_) if text.contains(' ') => "a blank stands where a T belongs",
            Ok(_) => "UTC is not written as Z",
            Err(_) => "the time is not in this format",
        };
        let now = Clock::machine().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        Context::of(request).notes.explain(json!({ "signature": {
            "cause": "time_format", "given": text, "what": what,
            "fix": format!("write the time in UTC as YYYY-MM-DDThh:mm:ssZ, such as {now}"),
        } }));
        Error::InvalidTimestampFormat
    })
}

/// The time zone of a local time that was written with Z. `None` if the difference is not close to
/// that of a time zone.
fn zone(off: TimeDelta) -> Option<String> {
    let quarters = (off.num_seconds() + 450 * off.num_seconds().signum()) / 900;
    let from_quarter = off.num_seconds() - quarters * 900;
    // Time zones differ from UTC by whole quarters of an hour, at most 14 hours.
    if from_quarter.abs() > 120 || quarters == 0 || quarters.abs() > 14 * 4 {
        return None;
    }
    let minutes = quarters.abs() * 15;
    let sign = if quarters < 0 { '-' } else { '+' };
    Some(format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60))
}

/// Checks that a signature's time is within 15 minutes of the clock that the world's reading
/// chooses.
fn fresh(time: DateTime<Utc>, request: &Parts) -> Result<(), Error> {
    let Known { world, notes, .. } = &**Context::of(request);
    let now = match world.reading() {
        Skew::Real => Clock::machine(),
        Skew::World => {
            notes.behavior(&features::SKEW_WORLD);
            world.now()
        }
        Skew::Off => {
            notes.behavior(&features::SKEW_OFF);
            return Ok(());
        }
    };
    let off = time - now;
    if off.abs() <= PATIENCE {
        if off.abs() > NOTICED {
            notes.finding_of(&findings::CLOCK_OFF, || format!("{} s off", off.num_seconds()));
        }
        return Ok(());
    }
    let (what, fix) = match zone(off) {
        Some(zone) => (
            format!("the time is that of the zone {zone}, written as Z"),
            "write the time in UTC: the Z stands for it",
        ),
        None => (
            format!(
                "the time is {} s {}",
                off.num_seconds().abs(),
                if off < TimeDelta::zero() { "behind" } else { "ahead" }
            ),
            "set the client's clock, or choose the reading alibaba.skew for a clock of the world's own",
        ),
    };
    let explanation: Value = json!({
        "cause": "time", "given": time, "expected": now, "seconds_off": off.num_seconds(),
        "seconds_allowed": PATIENCE.num_seconds(), "what": what, "fix": fix,
    });
    notes.explain(json!({ "signature": explanation }));
    Err(Error::InvalidTimestampExpired)
}

/// Checks the token of a temporary credential. Returns whether there is one. An account without a
/// token must be used without one.
fn check_token(account: &Account, given: Option<&str>, world: &World) -> Result<bool, Error> {
    if given.is_some_and(|token| !token.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-_.".contains(&b)))
    {
        return Err(Error::SecurityTokenMalformed);
    }
    if given != account.security_token.as_deref() {
        return Err(Error::SecurityTokenMismatch);
    }
    if given.is_some()
        && account.security_token_expires.and_then(Time::known).is_some_and(|end| world.now() >= end)
    {
        return Err(Error::SecurityTokenExpired);
    }
    Ok(given.is_some())
}
