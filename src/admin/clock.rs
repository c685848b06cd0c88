//! `GET` and `PUT …/clock`, `POST …/clock/advance`: what time it is in a world.

use axum::Json;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{Body, read, wrong};
use super::extract::Scope;
use crate::exchange::Refused;
use crate::nearest::did_you_mean;
use crate::scenario::ClockSpec;
use crate::universe::length;
use crate::world::World;

const MODES: [&str; 3] = ["real", "fixed", "running"];
const TIME: &str =
    "an RFC 3339 time with its offset, such as `2018-09-01T13:01:23+09:00`, of the years 0 to 9999";

/// How the world's time passes, and what time it is.
pub async fn show(scope: Scope) -> Json<Value> {
    Json(shown(&scope.world()))
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object such as {\"mode\": \"fixed\", \"now\": \"2024-05-13T12:00:00Z\"}"
)]
struct Setting {
    mode: String,
    now: Option<String>,
    rate: Option<f64>,
}

/// Sets the clock. A time that is left out is the world's time now.
pub async fn set(scope: Scope, Body(body): Body) -> Result<Json<Value>, Refused> {
    let Setting { mode, now, rate } = read(&body)?;
    let world = scope.world();
    let superfluous = |path: &str, given: bool| {
        if given { Err(wrong(path, &format!("a {mode} clock takes none; leave it out"))) } else { Ok(()) }
    };
    let moment = |now: Option<String>| match now {
        None => Ok(world.now()),
        Some(text) => moment(&text).ok_or_else(|| wrong("now", &format!("expected {TIME}, found `{text}`"))),
    };
    let spec = match mode.as_str() {
        "real" => {
            superfluous("now", now.is_some())?;
            superfluous("rate", rate.is_some())?;
            ClockSpec::Real
        }
        "fixed" => {
            superfluous("rate", rate.is_some())?;
            ClockSpec::Fixed(moment(now)?)
        }
        "running" => {
            let spec = ClockSpec::Running { start: moment(now)?, rate: rate.unwrap_or(1.0) };
            spec.checked().map_err(|message| wrong("rate", &message))?
        }
        other => {
            let near = did_you_mean(other, MODES);
            return Err(wrong(
                "mode",
                &format!("expected one of {}, found `{other}`{near}", MODES.join(", ")),
            ));
        }
    };
    world.set_clock(spec);
    Ok(Json(shown(&world)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object such as {\"by\": \"PT5M\"}")]
struct Advance {
    by: String,
}

/// Moves the clock forward in one step.
pub async fn advance(scope: Scope, Body(body): Body) -> Result<Json<Value>, Refused> {
    let Advance { by } = read(&body)?;
    let expected = "expected a duration such as `250ms`, `8s`, `5m`, `36h`, `90d` or `PT5M`";
    let by = length(&by).map_err(|_| wrong("by", &format!("{expected}, found `{by}`")))?;
    let world = scope.world();
    world.advance_clock(by).map_err(|_| wrong("by", "no clock goes past the year 9999"))?;
    Ok(Json(shown(&world)))
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    ClockSpec::Fixed(moment).checked().is_ok().then_some(moment)
}

fn shown(world: &World) -> Value {
    match world.clock().spec() {
        ClockSpec::Real => json!({ "mode": "real", "now": world.now() }),
        ClockSpec::Fixed(now) => json!({ "mode": "fixed", "now": now }),
        ClockSpec::Running { start, rate } => json!({ "mode": "running", "now": start, "rate": rate }),
    }
}
