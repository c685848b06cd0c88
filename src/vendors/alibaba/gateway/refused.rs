//! Refusals as responses: the gateway's and the call centre's, in the shape that the world's
//! reading chooses (fact sheet 3).

use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesText, Event};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::readings::ErrorShape;
use super::envelope::{Envelope, XML, as_xml};
use super::explain;
use super::parameters::Format;
use super::refusals::{Error, REFUSALS};
use crate::contract::Route;
use crate::vendor::{AnyRefusal, Context, Known, Outcome};

/// The header with the time to wait, in milliseconds (3.1: optional in a throttling answer).
pub const RETRY_AFTER: &str = "x-acs-retry-after";

/// A refusal as a response.
#[derive(Debug)]
pub struct Refused {
    refusal: AnyRefusal,
    envelope: Envelope,
    shape: ErrorShape,
    /// The name of the operation, for the detail of a denied permission.
    action: &'static str,
}

impl Refused {
    /// The response to a request that is refused.
    pub fn of(request: &Parts, refusal: impl Into<AnyRefusal>) -> Self {
        let refusal = refusal.into();
        let Known { world, notes, operation, .. } = &**Context::of(request);
        let own = refusal.get::<Error>();
        if let Some(explanation) = own.and_then(explain::refusal) {
            notes.explain_first(serde_json::json!({ "signature": explanation }));
        }
        let envelope = Envelope::of(request);
        let unread = matches!(
            own,
            Some(Error::TooLarge | Error::BrokenBody | Error::BodyTimeout | Error::Unavailable)
        );
        let action = match operation.map(|operation| operation.route) {
            Some(Route::Action { name, .. }) => name,
            _ => "",
        };
        let envelope = if unread { envelope.closing() } else { envelope };
        Self { refusal, envelope, shape: world.reading(), action }
    }
}

/// The body of a refusal. Members that the shape does not have are left out.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
pub struct ErrorBody<'a> {
    pub request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_id: Option<&'a str>,
    pub code: &'a str,
    pub message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recommend: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status_code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_denied_detail: Option<AccessDeniedDetail>,
}

/// The permission that a key lacks (3.1).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
pub struct AccessDeniedDetail {
    pub auth_action: String,
    pub no_permission_type: &'static str,
    pub policy_type: &'static str,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { refusal, envelope, shape, action } = self;
        let (row, own) = (refusal.row(), refusal.get::<Error>());
        let code = match own {
            Some(Error::Repeated(name)) => format!("Invalid{name}"),
            _ => row.name().to_owned(),
        };
        let status = row.behavior.status.and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.unwrap_or_default();
        let message = refusal.text();
        // The gateway also refuses missing and mistyped parameters of an operation. Its codes for
        // them have no dot, such as `MissingInstanceId`. Every code of the call centre has one.
        let by_gateway = REFUSALS.iter().any(|known| std::ptr::eq(*known, row)) || !code.contains('.');
        let as_gateway = by_gateway || shape != ErrorShape::Ccc;
        let as_call_centre = !by_gateway && shape != ErrorShape::Gateway;
        let body = ErrorBody {
            request_id: &envelope.request_id,
            host_id: as_gateway.then_some(envelope.host.as_str()),
            code: &code,
            message: &message,
            recommend: as_gateway.then(|| {
                let id = &envelope.request_id;
                format!("https://api.aliyun.com/troubleshoot?q={code}&product=CCC&requestId={id}")
            }),
            http_status_code: as_call_centre.then_some(status.as_u16()),
            access_denied_detail: (own == Some(&Error::ForbiddenRam)).then(|| AccessDeniedDetail {
                auth_action: format!("ccc:{action}"),
                no_permission_type: "ImplicitDeny",
                policy_type: "AccountLevelIdentityBasedPolicy",
            }),
        };
        let text = match envelope.format {
            Format::Json => serde_json::to_string(&body).expect("texts and numbers are JSON"),
            Format::Xml => error_xml(&body),
        };
        let mut response =
            (status, Outcome(&row.behavior), envelope.answer(text.into_bytes())).into_response();
        match own {
            Some(Error::ThrottlingUser(wait)) => {
                response.headers_mut().insert(RETRY_AFTER, wait.as_millis().into());
            }
            Some(Error::UnsupportedMethod) => {
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET,HEAD,POST"));
            }
            _ => {}
        }
        response
    }
}

/// An error in the gateway's XML: members in order, the recommendation as CDATA (2.5).
fn error_xml(error: &ErrorBody<'_>) -> String {
    let mut writer = Writer::new(Vec::new());
    let written = writer.create_element("Error").write_inner_content(|writer| {
        let mut text = |name: &str, value: &str| {
            let value = as_xml(value);
            writer.create_element(name).write_text_content(BytesText::new(&value)).map(drop)
        };
        text("RequestId", error.request_id)?;
        error.host_id.map_or(Ok(()), |host| text("HostId", host))?;
        text("Code", error.code)?;
        text("Message", error.message)?;
        error.http_status_code.map_or(Ok(()), |status| text("HttpStatusCode", &status.to_string()))?;
        if let Some(link) = &error.recommend {
            writer.create_element("Recommend").write_cdata_content(BytesCData::new(link.as_str()))?;
        }
        if let Some(detail) = &error.access_denied_detail {
            writer.create_element("AccessDeniedDetail").write_inner_content(|writer| {
                let mut text = |name: &str, value: &str| {
                    writer.create_element(name).write_text_content(BytesText::new(value)).map(drop)
                };
                text("AuthAction", &detail.auth_action)?;
                text("NoPermissionType", detail.no_permission_type)?;
                text("PolicyType", detail.policy_type)
            })?;
        }
        Ok(())
    });
    if let Err(error) = written.and_then(|writer| writer.write_event(Event::Eof)) {
        unreachable!("a Vec takes every byte: {error}");
    }
    format!("{XML}{}", String::from_utf8_lossy(&writer.into_inner()))
}
