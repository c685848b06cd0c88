//! `GET /_mock/customers`: the customers, page by page.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::extract::Scope;
use super::state::Admin;
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean_or_known;
use crate::urlencoded;
use crate::vendor::Who;

const PARAMETERS: [&str; 2] = ["after", "limit"];

/// Lists the customers with their ids at each vendor. The next page's `after` is this page's
/// `next`.
pub async fn list(
    State(admin): State<Admin>,
    scope: Scope,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refused> {
    let (after, limit) = read(&query.unwrap_or_default())
        .map_err(|message| refusal(StatusCode::BAD_REQUEST, "invalid_parameter", message))?;
    let world = scope.world();
    let mut all = world.universe().customers().skip(after).peekable();
    let shown: Vec<Value> = all
        .by_ref()
        .take(limit)
        .map(|(reference, customer)| {
            json!({
                "id": customer.id,
                "name": customer.name.as_ref().map(|name| &name.display),
                "phones": customer.phones,
                "tickets": customer.tickets,
                "ids": admin.app.known_as(&world, Who::Customer(reference)),
            })
        })
        .collect();
    let next = all.peek().map(|_| after + shown.len());
    Ok(Json(json!({ "customers": shown, "next": next })))
}

/// The parameters `after` and `limit`.
fn read(query: &str) -> Result<(usize, usize), String> {
    let pairs = urlencoded::pairs(query).map_err(|_| "the query is not percent-encoded UTF-8".to_owned())?;
    let (mut after, mut limit) = (0, 1000);
    for (name, value) in pairs {
        let number = || value.parse().map_err(|_| format!("`{name}` takes a number, not `{value}`"));
        match name.as_str() {
            "after" => after = number()?,
            "limit" if value == "0" => {
                return Err("`limit` takes a number of 1 or more, not `0`".to_owned());
            }
            "limit" => limit = number()?,
            other => {
                let hint = did_you_mean_or_known(other, PARAMETERS.into_iter());
                return Err(format!("unknown parameter `{other}`{hint}"));
            }
        }
    }
    Ok((after, limit))
}
