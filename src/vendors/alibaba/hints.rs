//! What to change in a request that Alibaba Cloud refuses.

use axum::http::request::Parts;

use super::contract::CATALOGUE;
use super::gateway::parameters::{Parameters, action};
use super::name::NAME;
use super::operations::options;
use crate::contract::{Behavior, Route};
use crate::dialects::alibaba::Account;
use crate::nearest::did_you_mean;
use crate::vendor::Context;
use crate::vendor::hints::{CREDENTIALS, some};

/// The hint about a refusal of this vendor alone.
pub fn hint(refusal: &Behavior, request: &Parts) -> Option<String> {
    let context = Context::of(request);
    let world = &context.world;
    let parameters = Parameters::of(request);
    let given = |name: &str| {
        parameters.all().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    };
    let last = refusal.id.rsplit('.').next()?;
    if let Some((name, example)) = missing(last) {
        return Some(format!("{name} is missing or empty: send it, such as {example}"));
    }
    Some(match last {
        "unsupported_http_method" => format!("send GET or POST, not {}", request.method),
        "request_parameter_malformed" => {
            "write the parameters as percent-encoded UTF-8: `%` is followed by two hexadecimal digits".to_owned()
        }
        "repeated_parameter" => {
            let count = |name: &str| parameters.all().filter(|(known, _)| known == name).count();
            let twice = parameters.all().find(|(name, _)| count(name) > 1);
            let twice = twice.map_or("each parameter", |(name, _)| name.as_str());
            format!("send {twice} once, in the query or in the form")
        }
        "invalid_format" => format!("Format `{}`: write JSON or XML", given("Format")),
        "invalid_action" => {
            let named = action(request).ok().flatten().unwrap_or_default();
            let actions = || {
                CATALOGUE.operations.iter().filter_map(|operation| match operation.route {
                    Route::Action { name, .. } => Some(name),
                    Route::Path { .. } => None,
                })
            };
            let near = did_you_mean(&named, actions());
            format!("Action `{named}`: write one of {}{near}", some(actions()))
        }
        "invalid_version" => format!("Version `{}`: write 2020-07-01", given("Version")),
        "invalid_timestamp_format" => {
            "Timestamp (x-acs-date): write the time of signing in UTC as YYYY-MM-DDThh:mm:ssZ".to_owned()
        }
        "invalid_timestamp_expired" => {
            "Timestamp (x-acs-date) is more than 15 minutes from the server's: sign with the current time".to_owned()
        }
        "invalid_signature_method" => "SignatureMethod: write HMAC-SHA1, or sign with ACS3-HMAC-SHA256".to_owned(),
        "access_key_not_found" => {
            let keys = world.accounts().alibaba.iter().map(|account| world.names().own(NAME, &account.access_key_id));
            format!("AccessKeyId is nobody's here; known: {}; {CREDENTIALS}", some(keys))
        }
        "access_key_inactive" => "AccessKeyId: the scenario says `state: disabled` of this key; write `active`, or use another".to_owned(),
        "forbidden_ram" => "AccessKeyId: the scenario says `state: forbidden` of this key; write `active`, or use another".to_owned(),
        "security_token_malformed" | "security_token_mismatch" => {
            "SecurityToken: send the one of the account in the scenario, or none if it has none".to_owned()
        }
        "security_token_expired" => {
            "SecurityToken: the account's `security_token_expires` has passed on the world's clock; set the clock back, or a later time".to_owned()
        }
        "incomplete_signature" => {
            "Authorization: write Credential, SignedHeaders and Signature, and sign host and every x-acs- header".to_owned()
        }
        "signature_nonce_used" => "SignatureNonce: make a new one for each request, also for a retry".to_owned(),
        "instance_not_found" => {
            let instances = world.accounts().alibaba.iter().flat_map(|account: &Account| &account.instances);
            format!("InstanceId `{}`: write one of {}", given("InstanceId"), some(instances.map(|it| it.id.as_str())))
        }
        "instance_ceased" | "instance_creating" | "instance_disabled" => format!(
            "InstanceId `{}`: write `state: running` for it in the scenario, or use another instance",
            given("InstanceId")
        ),
        "invalid_page_number" => whole("PageNumber", given("PageNumber"), "1"),
        "invalid_page_size" => whole("PageSize", given("PageSize"), "10"),
        "invalid_start_time" => whole("StartTime", given("StartTime"), "1532448000000, in milliseconds since 1970"),
        "invalid_end_time" => whole("EndTime", given("EndTime"), "1532707199000, in milliseconds since 1970"),
        "invalid_expire_seconds" => whole("ExpireSeconds", given("ExpireSeconds"), "3600"),
        "parameter_minimum" | "parameter_maximum" => {
            let bad = |name: &str| !given(name).parse::<i64>().is_ok_and(|n| (1..=100).contains(&n));
            let name = if bad("PageNumber") { "PageNumber" } else { "PageSize" };
            format!("{name} `{}`: write 1 to 100", given(name))
        }
        "parameter_enumeration" => {
            let wrong = parameters.all().find_map(|(name, value)| {
                let known = options(name)?;
                let mut parts = value.split(|c: char| !c.is_alphanumeric() && c != '_');
                let wrong = parts.find(|part| !part.is_empty() && !known.contains(part))?;
                Some(format!("{name} `{wrong}`: write one of {}{}", known.join(", "), did_you_mean(wrong, known.iter().copied())))
            });
            wrong.unwrap_or_else(|| "write a value that the page lists".to_owned())
        }
        "parameter_format" => {
            "a list is a JSON array such as [\"Inbound\"], or values with commas between; Criteria is {\"phoneNumber\": \"…\"}; the message names the parameter".to_owned()
        }
        "parameter_invalid" => format!(
            "StartTime `{}` is after EndTime `{}`: write the earlier one as StartTime",
            given("StartTime"), given("EndTime")
        ),
        "call_not_found" => {
            format!("ContactId `{}` is no call that is over; ListCallDetailRecords lists them", given("ContactId"))
        }
        "expired" => "the address has expired on the world's clock: ask GetMonoRecording for a new one".to_owned(),
        "not_found" if refusal.id.contains("fetch_recording") => {
            "no recording is at this address: ask GetMonoRecording for one".to_owned()
        }
        _ => return None,
    })
}

/// The parameter that a refusal says is missing, with an example of its value.
fn missing(refusal: &str) -> Option<(&'static str, &'static str)> {
    Some(match refusal {
        "missing_version" => ("Version", "2020-07-01"),
        "missing_access_key_id" => ("AccessKeyId", "the one that `GET /_mock` shows, with a signature"),
        "missing_timestamp" => ("Timestamp (x-acs-date)", "2024-05-31T00:00:00Z"),
        "missing_signature_nonce" => ("SignatureNonce (x-acs-signature-nonce)", "a new UUID"),
        "missing_signature_method" => ("SignatureMethod", "HMAC-SHA1"),
        "missing_signature" => ("Signature", "the one of the vendor's SDK"),
        "missing_instance_id" => ("InstanceId", "the one that `GET /_mock` shows"),
        "missing_page_number" => ("PageNumber", "1"),
        "missing_page_size" => ("PageSize", "10"),
        "missing_contact_id" => ("ContactId", "one that ListCallDetailRecords shows"),
        _ => return None,
    })
}

fn whole(name: &str, given: &str, example: &str) -> String {
    format!("{name} `{given}`: write a whole number such as {example}")
}
