//! `GET` and `PATCH …/readings`: the options that hold where a vendor's page is ambiguous.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};

use super::body::{Body, read, wrong};
use super::extract::Scope;
use super::state::Admin;
use crate::contract::{Catalogue, Readings, UnknownReading};
use crate::exchange::Refused;
use crate::nearest::did_you_mean;

/// Every reading with the option that holds.
pub async fn show(State(admin): State<Admin>, scope: Scope) -> Json<Value> {
    Json(shown(&admin.catalogues(), &scope.world().readings()))
}

/// Chooses options, all of them or none, and shows what holds then.
pub async fn change(
    State(admin): State<Admin>,
    scope: Scope,
    Body(body): Body,
) -> Result<Json<Value>, Refused> {
    // One option is called `null`, which JSON has a value for.
    let wanted: BTreeMap<String, Option<String>> = read(&body)?;
    let catalogues = admin.catalogues();
    let all = || catalogues.iter().flat_map(|catalogue| catalogue.readings.iter().copied());
    let world = scope.world();
    let chosen = world.choose(|readings| {
        wanted.iter().try_for_each(|(id, option)| {
            let option = option.as_deref().unwrap_or("null");
            readings.choose(all(), id, option).map_err(|error| match error {
                UnknownReading::Id => {
                    let known: Vec<&str> = all().map(|reading| reading.id).collect();
                    let near = did_you_mean(id, known.iter().copied());
                    wrong(id, &format!("there is no such reading{near}; known: {}", known.join(", ")))
                }
                UnknownReading::Option(options) => {
                    let near = did_you_mean(option, options.iter().copied());
                    wrong(id, &format!("it has no option `{option}`{near}; known: {}", options.join(", ")))
                }
            })
        })
    });
    chosen.map(|()| Json(shown(&catalogues, &world.readings())))
}

fn shown(catalogues: &[&'static Catalogue], readings: &Readings) -> Value {
    let all = catalogues.iter().flat_map(|catalogue| catalogue.readings.iter().copied());
    let shown: Map<String, Value> =
        all.map(|reading| (reading.id.to_owned(), readings.option(reading).into())).collect();
    json!({ "readings": shown })
}
