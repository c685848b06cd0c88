//! The customer flags of a call, shared by the operations that read and change them.

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

/// The call of the path's `id`. `None` if the account does not hold such a call.
///
/// # Errors
/// The refusal of a request that fails authentication.
pub async fn call(request: &mut Parts) -> Result<Option<Ordinal>, Refused> {
    let account: Account = checked(request).await?;
    let context = Context::of(request);
    let id = context.segment("id").parse().ok();
    Ok(id.and_then(|id| calls::find(&context.view(), id, &account.settings.subdomain)))
}

/// The flags' entry in the `OpenAPI` document.
pub fn answer(document: &mut Document) -> Answer {
    Answer { content: vec![("application/json", document.schema::<CustomerFlags>())], headers: Value::Null }
}

/// The path parameter `id` in the `OpenAPI` document.
pub fn id() -> Value {
    json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "integer", "minimum": 1 } })
}
