//! `GET …/coverage`: which behaviors a world's clients have exercised, and how often.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::{Admin, Scope};

/// Every behavior with how often it was met. Exercised, not passed: what the client made of the answer is not known here.
pub async fn show(State(admin): State<Admin>, scope: Scope) -> Json<Value> {
    let counts = scope.world().coverage().counts();
    let all: Vec<Value> = admin
        .catalogues()
        .into_iter()
        .flat_map(|catalogue| catalogue.behaviors)
        .map(|behavior| {
            json!({ "id": behavior.id, "count": counts.behaviors.get(behavior.id).copied().unwrap_or_default() })
        })
        .collect();
    Json(json!({ "exercised": counts.behaviors.len(), "total": all.len(), "behaviors": all }))
}
