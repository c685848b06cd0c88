//! `GET …/coverage`: which behaviors a world's clients have exercised, and how often.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::{Admin, Scope};
use crate::report::coverage::Coverage;

/// Every behavior with how often it was met. Exercised, not passed: what the client made of the answer is not known here.
pub async fn show(State(admin): State<Admin>, scope: Scope) -> Json<Value> {
    let Coverage { exercised, total, behaviors, .. } =
        Coverage::of(&scope.world().counts(), admin.catalogues().into_iter());
    Json(json!({ "exercised": exercised, "total": total, "behaviors": behaviors }))
}
