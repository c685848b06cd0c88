//! The flags of a call's customer: the part of a call that requests read and change one by one.

use axum::http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::auth::Account;
use super::calls;
use super::error::Refused;
use crate::universe::Ordinal;
use crate::vendor::openapi::{Answer, Document};
use crate::vendor::{Context, checked};
use crate::world::Flags;

/// The flags of a call's customer (page L1920-1924).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CustomerFlags {
    verified_customer: bool,
    bad_actor: bool,
    repeat_customer: bool,
}

impl From<Flags> for CustomerFlags {
    fn from(flags: Flags) -> Self {
        let Flags { verified, bad_actor, repeat } = flags;
        Self { verified_customer: verified, bad_actor, repeat_customer: repeat }
    }
}

/// The call of a flag's path, if the account that asks has it.
///
/// # Errors
/// The refusal of who asks.
pub async fn call(request: &mut Parts) -> Result<Option<Ordinal>, Refused> {
    let account: Account = checked(request).await?;
    let context = Context::of(request);
    let id = context.segment("id").parse().ok();
    Ok(id.and_then(|id| calls::find(&context.view(), id, &account.settings.subdomain)))
}

/// The flags as the `OpenAPI` document has them.
pub fn answer(document: &mut Document) -> Answer {
    Answer { content: vec![("application/json", document.schema::<CustomerFlags>())], headers: Value::Null }
}

/// The path's parameter as the `OpenAPI` document has it.
pub fn id() -> Value {
    json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "integer", "minimum": 1 } })
}
