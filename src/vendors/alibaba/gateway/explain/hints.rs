//! Hints for the gateway's refusals other than a wrong signature.

use serde_json::{Value, json};

use super::super::refusals::Error;

/// The cause of a refusal and its remedy, for the journal. `None` if there is no hint.
pub fn refusal(error: &Error) -> Option<Value> {
    let (cause, what, fix) = match error {
        Error::MissingVersion => return Some(missing("Version")),
        Error::MissingAccessKeyId => return Some(missing("AccessKeyId")),
        Error::MissingTimestamp => return Some(missing("Timestamp")),
        Error::MissingSignatureNonce => return Some(missing("SignatureNonce")),
        Error::MissingSignatureMethod => return Some(missing("SignatureMethod")),
        Error::MissingSignature => return Some(missing("Signature")),
        Error::UnsupportedMethod => ("method", "the method is neither GET nor POST", "send GET or POST"),
        Error::MalformedEncoding => (
            "malformed_encoding",
            "the query or the form is not percent-encoded UTF-8",
            "encode every name and value as UTF-8, everything but A-Z a-z 0-9 - _ . ~ as %XX",
        ),
        Error::Repeated(_) => ("repeated", "a parameter came twice", "send each parameter once"),
        Error::InvalidFormat => {
            ("format", "Format is neither JSON nor XML", "send Format=JSON, or leave it out")
        }
        Error::InvalidAction | Error::NotEmulated => (
            "action",
            "callmock does not serve this Action",
            "send Action=ListCallDetailRecords, GetCallDetailRecord or GetMonoRecording with Version=2020-07-01; others are not emulated",
        ),
        Error::InvalidVersion => ("version", "Version is not that of this API", "send Version=2020-07-01"),
        Error::InvalidSignatureMethod => (
            "signature_method",
            "the signature's method is not known",
            "sign with HMAC-SHA1 and say so in SignatureMethod, or with ACS3-HMAC-SHA256 and say so in Authorization",
        ),
        Error::AccessKeyNotFound => (
            "access_key",
            "no account of this world has the access key id",
            "use one that GET /_mock shows; blanks and line ends at its ends count",
        ),
        Error::AccessKeyInactive => {
            ("access_key", "the account's access key is disabled", "enable it in the scenario (`state`)")
        }
        Error::SecurityTokenMalformed => (
            "security_token",
            "the security token has characters that no token has",
            "send it as it was given, without blanks, quotes and line ends",
        ),
        Error::SecurityTokenMismatch => (
            "security_token",
            "the security token is not the account's, is missing, or came where none belongs",
            "send the token that belongs to the access key id, and none where it has none",
        ),
        Error::SecurityTokenExpired => {
            ("security_token", "the security token's time has passed", "get another, or set the clock back")
        }
        Error::IncompleteSignature => (
            "incomplete_signature",
            "Authorization lacks SignedHeaders or Signature",
            "write `ACS3-HMAC-SHA256 Credential=ID,SignedHeaders=NAMES,Signature=HEX`",
        ),
        Error::ForbiddenRam => (
            "forbidden",
            "the account may not use this operation",
            "give it the right in the scenario (`state`)",
        ),
        _ => return None,
    };
    Some(json!({ "cause": cause, "what": what, "fix": fix }))
}

fn missing(name: &str) -> Value {
    json!({
        "cause": "missing",
        "what": format!("{name} is missing or empty"),
        "fix": format!("send {name}, with a value"),
    })
}
