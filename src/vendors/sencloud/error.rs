//! Sencloud's refusals: code, message and status from its usage page and other public material
//! (fact sheet 4).

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::readings::ErrorCodes;
use crate::vendor::{AnyRefusal, Context, Outcome, Unhandled, refusals};

refusals! {
    in "sencloud.any", of request;

    // The rows are in the order of the checks (4): method, content type, path, JSON, key, values.
    WrongMethod(String = "GET".to_owned()) = "wrong_method", 404 Inferred, "4",
        "A method other than POST.",
        "unsupported method {0:?} (only POST is allowed)", "bad_route", "not_found";
    WrongContentType(String = String::new()) = "wrong_content_type", 404 Inferred, "4 (R3)",
        "A Content-Type other than application/json, or none.",
        "unexpected Content-Type: {0:?}", "bad_route", "not_found";
    NoHandler(String = "/v1/shop.Sencloud/ListCallLog".to_owned()) = "no_handler", 404 Inferred, "4",
        "A method name that the service does not have.",
        "no handler for path {0:?}", "bad_route", "not_found";
    NotEmulated(String = "/v1/shop.Sencloud/GetExtensions".to_owned()) = "not_emulated", 404 Choice changing, "4b",
        "A method that the service has and callmock has not; the answer is as for one that it does not have.",
        "no handler for path {0:?}", "bad_route", "not_found";
    MalformedJson(String = "EOF".to_owned()) = "malformed_json", 400 Inferred, "4",
        "A body that is not JSON, or has a member of another type.",
        "the json request could not be decoded", "malformed", "invalid_argument";
    BrokenBody = "broken_body", 400 Choice, "unstated",
        "A body whose framing is broken.",
        "the request body could not be read", "malformed", "invalid_argument";
    Unauthenticated = "unauthenticated", 401 Inferred credential, "4",
        "No bearer key.",
        "Vui lòng đăng nhập (hoặc đăng ký nếu chưa có tài khoản).", "unauthenticated";
    InvalidApiKey = "invalid_api_key", 401 Inferred credential, "4",
        "A key that is nobody's.",
        "api_key không hợp lệ", "unauthenticated";
    PermissionDenied = "permission_denied", 403 Inferred credential, "4",
        "A partner-shop key that is nobody's: those begin with `shop`.",
        "Không tìm thấy hoặc cần quyền truy cập..", "permission_denied";
    Internal = "internal", 500 Inferred fault passing, "4",
        "The service failed.",
        "Lỗi không xác định.", "internal";

    // The service's other codes with their statuses. Texts that the fact sheet does not have are
    // callmock's.
    Canceled = "canceled", 408 Inferred fault passing, "4",
        "The service's code `canceled`.",
        "the request was canceled", "canceled";
    Unknown = "unknown", 500 Inferred fault passing, "4",
        "The service's code `unknown`.",
        "unknown error", "unknown";
    DeadlineExceeded = "deadline_exceeded", 408 Inferred fault passing, "4",
        "The service's code `deadline_exceeded`.",
        "the deadline was exceeded", "deadline_exceeded";
    NotFound = "not_found", 404 Inferred fault changing, "4",
        "Something that does not exist.",
        "Không tìm thấy.", "not_found";
    AlreadyExists = "already_exists", 409 Inferred fault changing, "4",
        "The service's code `already_exists`.",
        "it already exists", "already_exists";
    ResourceExhausted = "resource_exhausted", 403 Inferred fault passing, "4",
        "The service's code `resource_exhausted`.",
        "too many requests", "resource_exhausted";
    FailedPrecondition = "failed_precondition", 412 Inferred fault changing, "4",
        "The service's code `failed_precondition`.",
        "a precondition failed", "failed_precondition";
    Aborted = "aborted", 409 Inferred fault passing, "4",
        "The service's code `aborted`.",
        "the operation was aborted", "aborted";
    OutOfRange = "out_of_range", 400 Inferred fault, "4",
        "The service's code `out_of_range`.",
        "a value is out of range", "out_of_range";
    Unimplemented = "unimplemented", 501 Inferred fault, "4",
        "The service's code `unimplemented`.",
        "not implemented", "unimplemented";
    Unavailable = "unavailable", 503 Inferred fault passing, "4",
        "The service's code `unavailable`.",
        "the service is unavailable", "unavailable";
    DataLoss = "data_loss", 500 Inferred fault passing, "4",
        "The service's code `data_loss`.",
        "data was lost", "data_loss";

    // callmock's own refusals under codes of rows above. A fault with such a code gives the row
    // above.
    BodyTimeout = "body_timeout", 408 Choice passing, "unstated",
        "A body that stops coming.",
        "the request body did not come in time", "deadline_exceeded";
    TooLarge = "payload_too_large", 413 Choice, "unstated",
        "A body over the limit.",
        "the request body is too large", "resource_exhausted";
}

impl From<Unhandled> for Error {
    fn from(why: Unhandled) -> Self {
        match why {
            Unhandled::TooLarge => Error::TooLarge,
            Unhandled::BrokenBody => Error::BrokenBody,
            Unhandled::BodyTimeout => Error::BodyTimeout,
            Unhandled::Overloaded => Error::Unavailable,
            Unhandled::Panic => Error::Internal,
            // The service has no status 429, and no header for the time to wait (4).
            Unhandled::TooManyRequests(_) => Error::ResourceExhausted,
        }
    }
}

/// The body of every refusal.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ErrorBody {
    code: &'static str,
    msg: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    meta: BTreeMap<&'static str, String>,
}

/// A refusal as a response, with the code set that the world's readings choose.
#[derive(Debug)]
pub struct Refused {
    refusal: AnyRefusal,
    codes: ErrorCodes,
    route: String,
}

impl Refused {
    /// The response to a request that is refused.
    pub fn of(request: &Parts, refusal: impl Into<AnyRefusal>) -> Self {
        let route = format!("{} {}", request.method, request.uri.path());
        Self { refusal: refusal.into(), codes: Context::of(request).world.reading(), route }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { refusal, codes, route } = self;
        let row = refusal.row();
        let mut meta = BTreeMap::new();
        if row.name() == "bad_route" {
            meta.insert("invalid_route", route);
        }
        if let Some(Error::MalformedJson(cause)) = refusal.get() {
            meta.insert("cause", cause.clone());
        }
        // Newer material has the standard code in `code` and the service's own in `meta.xcode`.
        let code = match (codes, row.codes) {
            (ErrorCodes::Std, [own, standard]) => {
                meta.insert("xcode", (*own).to_owned());
                standard
            }
            _ => row.name(),
        };
        let status = row.behavior.status.and_then(|status| StatusCode::from_u16(status).ok());
        let body = ErrorBody { code, msg: refusal.text(), meta };
        (status.unwrap_or_default(), Outcome(&row.behavior), Json(body)).into_response()
    }
}
