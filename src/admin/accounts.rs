//! `GET /_mock/accounts`: the accounts, without their secrets.

use axum::Json;
use serde_json::{Value, json};

use super::extract::Scope;

/// Lists the accounts of every vendor: the public half of the credential in this world, and the
/// scenario's name of the account, which `on` of a call uses. `GET /_mock` shows the secrets.
pub async fn list(scope: Scope) -> Json<Value> {
    let world = scope.world();
    let accounts = world.accounts().each().map(|(vendor, account)| {
        let half = account.public_half();
        json!({
            "vendor": vendor,
            "account": world.names().own(vendor, half),
            "in_scenario": half,
            "numbers": account.numbers(),
        })
    });
    Json(json!({ "accounts": accounts.collect::<Vec<_>>() }))
}
