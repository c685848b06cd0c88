//! The gateway's and the call centre's refusals: codes, messages and statuses to the letter (fact
//! sheet 3).

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use super::auth::mismatch;
use super::contract::{self as behaviors, BadValue, ErrorShape};
use super::explain;
use super::model::{Envelope, Text, error_xml};
use super::query::{Format, Parameters};
use crate::contract::{Behavior, distinct};
use crate::exchange::{Context, Outcome, Refusal, RetryAfter};

/// When to come back, in milliseconds (3.1: optional beside a throttling answer).
pub const RETRY_AFTER: &str = "x-acs-retry-after";

/// A parameter without which the gateway lets nothing through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    Version,
    AccessKeyId,
    Timestamp,
    SignatureNonce,
    SignatureMethod,
    Signature,
    InstanceId,
    PageNumber,
    PageSize,
}

impl Required {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Required::Version => "Version",
            Required::AccessKeyId => "AccessKeyId",
            Required::Timestamp => "Timestamp",
            Required::SignatureNonce => "SignatureNonce",
            Required::SignatureMethod => "SignatureMethod",
            Required::Signature => "Signature",
            Required::InstanceId => "InstanceId",
            Required::PageNumber => "PageNumber",
            Required::PageSize => "PageSize",
        }
    }
}

/// A parameter that must be an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integer {
    PageNumber,
    PageSize,
    StartTime,
    EndTime,
}

impl Integer {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Integer::PageNumber => "PageNumber",
            Integer::PageSize => "PageSize",
            Integer::StartTime => "StartTime",
            Integer::EndTime => "EndTime",
        }
    }
}

/// Everything that is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    #[error("This http method is not supported.")]
    UnsupportedMethod,
    #[error("The request body is too large.")]
    TooLarge,
    #[error("The request body is broken.")]
    BrokenBody,
    #[error("Request parameters has malformed encoded characters.")]
    MalformedEncoding,
    #[error("Specified parameter {0} is not valid.")]
    Repeated(&'static str),
    #[error("Specified parameter format is not valid.")]
    InvalidFormat,
    #[error("Specified api is not found, please check your url and method.")]
    InvalidAction,
    #[error("Specified api is not found, please check your url and method.")]
    NotEmulated(&'static str),
    #[error("The request body did not come in time.")]
    BodyTimeout,
    #[error("{} is mandatory for this action.", .0.name())]
    Missing(Required),
    #[error("Specified parameter Version is not valid.")]
    InvalidVersion,
    #[error("Specified time stamp or date value is not well formatted.")]
    InvalidTimestampFormat,
    #[error("Specified time stamp or date value is expired.")]
    InvalidTimestampExpired,
    #[error("Specified signature method is not valid.")]
    InvalidSignatureMethod,
    #[error("Specified access key is not found.")]
    AccessKeyNotFound,
    #[error("Specified access key is disabled.")]
    AccessKeyInactive,
    #[error("Specified SecurityToken is malformed.")]
    SecurityTokenMalformed,
    #[error("Specified SecurityToken mismatch with the AccessKey.")]
    SecurityTokenMismatch,
    #[error("Specified SecurityToken is expired.")]
    SecurityTokenExpired,
    #[error("The request signature does not conform to Aliyun standards.")]
    IncompleteSignature,
    #[error(
        "Specified signature does not match our calculation. server StringToSign is [{string_to_sign}] \
         server CanonicalRequest is [{canonical_request}]"
    )]
    SignatureMismatchAcs3 { string_to_sign: String, canonical_request: String },
    // The old Python SDK cuts the message at its first colon and compares the rest with what it
    // signed.
    #[error("Specified signature is not matched with our calculation. server string to sign is:{0}")]
    SignatureMismatchRpc(String),
    #[error("Specified signature nonce was used already.")]
    SignatureNonceUsed,
    #[error("User not authorized to operate on the specified resource, or this API doesn't support RAM.")]
    ForbiddenRam,
    #[error("Specified parameter {} is not valid.", .0.name())]
    Invalid(Integer),
    #[error("The request processing has failed due to some unknown error, exception or failure.")]
    Internal,
    #[error("The specified instance {0} does not exist.")]
    InstanceNotFound(String),
    #[error("Service abnormal. The instance {0} is stopped.")]
    InstanceCeased(String),
    #[error("Service abnormal. The instance {0} is being created.")]
    InstanceCreating(String),
    #[error("Service abnormal. Call center service of {0} is not enabled.")]
    InstanceDisabled(String),
    #[error("The parameter {0} must be greater than or equal to {1}.")]
    Minimum(&'static str, i64),
    #[error("The parameter {0} must be less than or equal to {1}.")]
    Maximum(&'static str, i64),
    #[error("The parameter {0} must be one of the value of enumeration [{1}].")]
    Enumeration(&'static str, String),
    #[error("The format of parameter {0} is invalid. {1}")]
    ParameterFormat(&'static str, &'static str),
    #[error("The parameter {0} is invalid. {1}.")]
    ParameterInvalid(&'static str, &'static str),
    #[error(transparent)]
    Unreached(#[from] Unreached),
}

/// The documented refusals that no request to this operation brings about, in any world: only an
/// injected fault does.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreached {
    #[error("Request was denied due to user flow control.")]
    ThrottlingUser(RetryAfter),
    #[error("Request was denied due to api flow control.")]
    ThrottlingApi,
    #[error("Request was denied due to request throttling.")]
    Throttling,
    #[error("Your request is denied as lack of ssl protect.")]
    NeedSsl,
    #[error("Cannot find product according to your specified domain.")]
    ProductNotFound,
    #[error("The request has failed due to a temporary failure of the server.")]
    ServiceUnavailable,
    #[error("An internal service error occurred. {0}")]
    InternalCommon(String),
    #[error("An internal DB service error occurred. {0}")]
    InternalDb(String),
    #[error("An internal AC service error occurred. {0}")]
    InternalAc(String),
    #[error("An internal Account service error occurred. {0}")]
    InternalAccount(String),
    #[error("An internal CTI service error occurred. {0}")]
    InternalCti(String),
    #[error("You have no permission to access. {0}")]
    PermissionCommon(String),
    #[error("The parameter {0} must not be null or empty.")]
    ParameterBlank(String),
    #[error("The parameter {0} may not be null or empty.")]
    ParameterEmpty(String),
    #[error("The parameter {0} may not be null.")]
    ParameterNull(String),
    #[error("The call {0} does not exist.")]
    JobNotFound(String),
    #[error("The user {0} does not exist in instance {1}.")]
    UserNotFound(String, String),
    #[error("The skill group ID {0} does not exist in instance {1}.")]
    SkillGroupNotFound(String, String),
}

impl Unreached {
    fn behavior(&self) -> &'static Behavior {
        match self {
            Unreached::ThrottlingUser(_) => &behaviors::THROTTLING_USER,
            Unreached::ThrottlingApi => &behaviors::THROTTLING_API,
            Unreached::Throttling => &behaviors::THROTTLING,
            Unreached::NeedSsl => &behaviors::NEED_SSL,
            Unreached::ProductNotFound => &behaviors::PRODUCT_NOT_FOUND,
            Unreached::ServiceUnavailable => &behaviors::SERVICE_UNAVAILABLE,
            Unreached::InternalCommon(..) => &behaviors::INTERNAL_SERVICE_COMMON,
            Unreached::InternalDb(..) => &behaviors::INTERNAL_SERVICE_DB,
            Unreached::InternalAc(..) => &behaviors::INTERNAL_SERVICE_AC,
            Unreached::InternalAccount(..) => &behaviors::INTERNAL_SERVICE_ACCOUNT,
            Unreached::InternalCti(..) => &behaviors::INTERNAL_SERVICE_CTI,
            Unreached::PermissionCommon(..) => &behaviors::PERMISSION_COMMON,
            Unreached::ParameterBlank(..) => &behaviors::PARAMETER_BLANK,
            Unreached::ParameterEmpty(..) => &behaviors::PARAMETER_EMPTY,
            Unreached::ParameterNull(..) => &behaviors::PARAMETER_NULL,
            Unreached::JobNotFound(..) => &behaviors::JOB_NOT_FOUND,
            Unreached::UserNotFound(..) => &behaviors::USER_NOT_FOUND,
            Unreached::SkillGroupNotFound(..) => &behaviors::SKILL_GROUP_NOT_FOUND,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Unreached::ThrottlingUser(_)
            | Unreached::ThrottlingApi
            | Unreached::Throttling
            | Unreached::ParameterBlank(..)
            | Unreached::ParameterEmpty(..)
            | Unreached::ParameterNull(..) => StatusCode::BAD_REQUEST,
            Unreached::NeedSsl
            | Unreached::ProductNotFound
            | Unreached::JobNotFound(..)
            | Unreached::UserNotFound(..)
            | Unreached::SkillGroupNotFound(..) => StatusCode::NOT_FOUND,
            Unreached::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Unreached::InternalCommon(..)
            | Unreached::InternalDb(..)
            | Unreached::InternalAc(..)
            | Unreached::InternalAccount(..)
            | Unreached::InternalCti(..) => StatusCode::INTERNAL_SERVER_ERROR,
            Unreached::PermissionCommon(..) => StatusCode::FORBIDDEN,
        }
    }

    fn code(&self) -> (Refuser, &'static str) {
        use Refuser::{CallCentre, Gateway};
        match self {
            Unreached::ThrottlingUser(_) => (Gateway, "Throttling.User"),
            Unreached::ThrottlingApi => (Gateway, "Throttling.Api"),
            Unreached::Throttling => (Gateway, "Throttling"),
            Unreached::NeedSsl => (Gateway, "InvalidProtocol.NeedSsl"),
            Unreached::ProductNotFound => (Gateway, "InvalidProduct.NotFound"),
            Unreached::ServiceUnavailable => (Gateway, "ServiceUnavailable"),
            Unreached::InternalCommon(..) => (CallCentre, "InternalService.Common"),
            Unreached::InternalDb(..) => (CallCentre, "InternalService.DB"),
            Unreached::InternalAc(..) => (CallCentre, "InternalService.AC"),
            Unreached::InternalAccount(..) => (CallCentre, "InternalService.Account"),
            Unreached::InternalCti(..) => (CallCentre, "InternalService.CTI"),
            Unreached::PermissionCommon(..) => (CallCentre, "Permission.Common"),
            Unreached::ParameterBlank(..) => (CallCentre, "Parameter.Blank"),
            Unreached::ParameterEmpty(..) => (CallCentre, "Parameter.Empty"),
            Unreached::ParameterNull(..) => (CallCentre, "Parameter.Null"),
            Unreached::JobNotFound(..) => (CallCentre, "NotExists.JobId"),
            Unreached::UserNotFound(..) => (CallCentre, "NotExists.UserId"),
            Unreached::SkillGroupNotFound(..) => (CallCentre, "NotExists.SkillGroupId"),
        }
    }
}

/// Who refuses, and so in which shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refuser {
    Gateway,
    CallCentre,
}

impl Error {
    /// One of each, as a fault brings it about, about an instance.
    fn samples(instance: &str) -> Vec<Self> {
        let text = || instance.to_owned();
        let cause = || "Injected fault.".to_owned();
        let mut samples = vec![
            Error::UnsupportedMethod,
            Error::TooLarge,
            Error::BrokenBody,
            Error::MalformedEncoding,
            Error::Repeated("InstanceId"),
            Error::InvalidFormat,
            Error::InvalidAction,
            Error::NotEmulated("GetCallDetailRecord"),
            Error::BodyTimeout,
            Error::InvalidVersion,
            Error::InvalidTimestampFormat,
            Error::InvalidTimestampExpired,
            Error::InvalidSignatureMethod,
            Error::AccessKeyNotFound,
            Error::AccessKeyInactive,
            Error::SecurityTokenMalformed,
            Error::SecurityTokenMismatch,
            Error::SecurityTokenExpired,
            Error::IncompleteSignature,
            Error::SignatureMismatchAcs3 { string_to_sign: String::new(), canonical_request: String::new() },
            Error::SignatureMismatchRpc(String::new()),
            Error::SignatureNonceUsed,
            Error::ForbiddenRam,
            Error::Internal,
            Error::InstanceNotFound(text()),
            Error::InstanceCeased(text()),
            Error::InstanceCreating(text()),
            Error::InstanceDisabled(text()),
            Error::Minimum("PageNumber", 1),
            Error::Maximum("PageSize", 100),
            Error::Enumeration("SortOrder", "ASC,DESC".to_owned()),
            Error::ParameterFormat("Criteria", "Illegal JSON."),
            Error::ParameterInvalid("StartTime", "StartTime must be before EndTime"),
        ];
        let required = [
            Required::Version,
            Required::AccessKeyId,
            Required::Timestamp,
            Required::SignatureNonce,
            Required::SignatureMethod,
            Required::Signature,
            Required::InstanceId,
            Required::PageNumber,
            Required::PageSize,
        ];
        samples.extend(required.map(Error::Missing));
        let integers = [Integer::PageNumber, Integer::PageSize, Integer::StartTime, Integer::EndTime];
        samples.extend(integers.map(Error::Invalid));
        samples.extend(
            [
                Unreached::ThrottlingUser(RetryAfter::default()),
                Unreached::ThrottlingApi,
                Unreached::Throttling,
                Unreached::NeedSsl,
                Unreached::ProductNotFound,
                Unreached::ServiceUnavailable,
                Unreached::InternalCommon(cause()),
                Unreached::InternalDb(cause()),
                Unreached::InternalAc(cause()),
                Unreached::InternalAccount(cause()),
                Unreached::InternalCti(cause()),
                Unreached::PermissionCommon(cause()),
                Unreached::ParameterBlank("InstanceId".to_owned()),
                Unreached::ParameterEmpty("InstanceId".to_owned()),
                Unreached::ParameterNull("InstanceId".to_owned()),
                Unreached::JobNotFound("job-1".to_owned()),
                Unreached::UserNotFound("agent".to_owned(), text()),
                Unreached::SkillGroupNotFound("skillgroup".to_owned(), text()),
            ]
            .map(Error::Unreached),
        );
        samples
    }

    /// The names of all refusals: their codes.
    pub fn names() -> Vec<String> {
        distinct(Self::samples("").iter().map(|error| error.code().1.into_owned()))
    }

    /// The refusal of a name, as it answers a request: a code, or the last segments of a behavior's
    /// id.
    pub fn named(name: &str, request: &Parts) -> Option<Self> {
        let parameters = Parameters::of(request).unwrap_or_default();
        let instance = parameters.get(Required::InstanceId.name()).ok().flatten().unwrap_or("ccc-test");
        let samples = || Self::samples(instance).into_iter();
        let by_code = samples().find(|error| error.code().1 == name);
        let error = by_code.or_else(|| samples().find(|error| error.behavior().is_called(name)))?;
        Some(match error {
            // What the gateway computed stands in the text, and clients read it there.
            Error::SignatureMismatchAcs3 { .. } | Error::SignatureMismatchRpc(_) => {
                mismatch(request, &parameters)
            }
            other => other,
        })
    }

    fn behavior(&self) -> &'static Behavior {
        match self {
            Error::UnsupportedMethod => &behaviors::UNSUPPORTED_METHOD,
            Error::TooLarge => &behaviors::TOO_LARGE,
            Error::BrokenBody => &behaviors::BROKEN_BODY,
            Error::MalformedEncoding => &behaviors::MALFORMED_ENCODING,
            Error::Repeated(_) => &behaviors::REPEATED_PARAMETER,
            Error::InvalidFormat => &behaviors::INVALID_FORMAT,
            Error::InvalidAction => &behaviors::INVALID_ACTION,
            Error::NotEmulated(_) => &behaviors::NOT_EMULATED,
            Error::BodyTimeout => &behaviors::BODY_TIMEOUT,
            Error::Missing(Required::Version) => &behaviors::MISSING_VERSION,
            Error::Missing(Required::AccessKeyId) => &behaviors::MISSING_ACCESS_KEY_ID,
            Error::Missing(Required::Timestamp) => &behaviors::MISSING_TIMESTAMP,
            Error::Missing(Required::SignatureNonce) => &behaviors::MISSING_SIGNATURE_NONCE,
            Error::Missing(Required::SignatureMethod) => &behaviors::MISSING_SIGNATURE_METHOD,
            Error::Missing(Required::Signature) => &behaviors::MISSING_SIGNATURE,
            Error::Missing(Required::InstanceId) => &behaviors::MISSING_INSTANCE_ID,
            Error::Missing(Required::PageNumber) => &behaviors::MISSING_PAGE_NUMBER,
            Error::Missing(Required::PageSize) => &behaviors::MISSING_PAGE_SIZE,
            Error::InvalidVersion => &behaviors::INVALID_VERSION,
            Error::InvalidTimestampFormat => &behaviors::INVALID_TIMESTAMP_FORMAT,
            Error::InvalidTimestampExpired => &behaviors::INVALID_TIMESTAMP_EXPIRED,
            Error::InvalidSignatureMethod => &behaviors::INVALID_SIGNATURE_METHOD,
            Error::AccessKeyNotFound => &behaviors::ACCESS_KEY_NOT_FOUND,
            Error::AccessKeyInactive => &behaviors::ACCESS_KEY_INACTIVE,
            Error::SecurityTokenMalformed => &behaviors::SECURITY_TOKEN_MALFORMED,
            Error::SecurityTokenMismatch => &behaviors::SECURITY_TOKEN_MISMATCH,
            Error::SecurityTokenExpired => &behaviors::SECURITY_TOKEN_EXPIRED,
            Error::IncompleteSignature => &behaviors::INCOMPLETE_SIGNATURE,
            Error::SignatureMismatchAcs3 { .. } => &behaviors::SIGNATURE_MISMATCH_ACS3,
            Error::SignatureMismatchRpc(_) => &behaviors::SIGNATURE_MISMATCH_RPC,
            Error::SignatureNonceUsed => &behaviors::SIGNATURE_NONCE_USED,
            Error::ForbiddenRam => &behaviors::FORBIDDEN_RAM,
            Error::Invalid(Integer::PageNumber) => &behaviors::INVALID_PAGE_NUMBER,
            Error::Invalid(Integer::PageSize) => &behaviors::INVALID_PAGE_SIZE,
            Error::Invalid(Integer::StartTime) => &behaviors::INVALID_START_TIME,
            Error::Invalid(Integer::EndTime) => &behaviors::INVALID_END_TIME,
            Error::Internal => &behaviors::INTERNAL_ERROR,
            Error::InstanceNotFound(_) => &behaviors::INSTANCE_NOT_FOUND,
            Error::InstanceCeased(_) => &behaviors::INSTANCE_CEASED,
            Error::InstanceCreating(_) => &behaviors::INSTANCE_CREATING,
            Error::InstanceDisabled(_) => &behaviors::INSTANCE_DISABLED,
            Error::Minimum(..) => &behaviors::PARAMETER_MINIMUM,
            Error::Maximum(..) => &behaviors::PARAMETER_MAXIMUM,
            Error::Enumeration(..) => &behaviors::PARAMETER_ENUMERATION,
            Error::ParameterFormat(..) => &behaviors::PARAMETER_FORMAT,
            Error::ParameterInvalid(..) => &behaviors::PARAMETER_INVALID,
            Error::Unreached(error) => error.behavior(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Error::InvalidAction
            | Error::NotEmulated(_)
            | Error::AccessKeyNotFound
            | Error::InstanceNotFound(_) => StatusCode::NOT_FOUND,
            Error::UnsupportedMethod
            | Error::ForbiddenRam
            | Error::InstanceCeased(_)
            | Error::InstanceCreating(_)
            | Error::InstanceDisabled(_) => StatusCode::FORBIDDEN,
            Error::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Error::BrokenBody
            | Error::MalformedEncoding
            | Error::Repeated(_)
            | Error::InvalidFormat
            | Error::Missing(_)
            | Error::InvalidVersion
            | Error::InvalidTimestampFormat
            | Error::InvalidTimestampExpired
            | Error::InvalidSignatureMethod
            | Error::AccessKeyInactive
            | Error::SecurityTokenMalformed
            | Error::SecurityTokenMismatch
            | Error::SecurityTokenExpired
            | Error::IncompleteSignature
            | Error::SignatureMismatchAcs3 { .. }
            | Error::SignatureMismatchRpc(_)
            | Error::SignatureNonceUsed
            | Error::Invalid(_)
            | Error::Minimum(..)
            | Error::Maximum(..)
            | Error::Enumeration(..)
            | Error::ParameterFormat(..)
            | Error::ParameterInvalid(..) => StatusCode::BAD_REQUEST,
            Error::Unreached(error) => error.status(),
        }
    }

    fn code(&self) -> (Refuser, Text<'static>) {
        use Refuser::{CallCentre, Gateway};
        let (refuser, code) = match self {
            Error::UnsupportedMethod => (Gateway, "UnsupportedHTTPMethod"),
            Error::TooLarge => (Gateway, "RequestTooLarge"),
            Error::BrokenBody => (Gateway, "RequestBodyMalformed"),
            Error::MalformedEncoding => (Gateway, "RequestParameterMalformed"),
            Error::Repeated(name) => return (Gateway, format!("Invalid{name}").into()),
            Error::InvalidFormat => (Gateway, "InvalidParameter.Format"),
            Error::InvalidAction | Error::NotEmulated(_) => (Gateway, "InvalidAction.NotFound"),
            Error::BodyTimeout => (Gateway, "RequestTimeout"),
            Error::Missing(required) => return (Gateway, format!("Missing{}", required.name()).into()),
            Error::InvalidVersion => (Gateway, "InvalidVersion"),
            Error::InvalidTimestampFormat => (Gateway, "InvalidTimeStamp.Format"),
            Error::InvalidTimestampExpired => (Gateway, "InvalidTimeStamp.Expired"),
            Error::InvalidSignatureMethod => (Gateway, "InvalidSignatureMethod"),
            Error::AccessKeyNotFound => (Gateway, "InvalidAccessKeyId.NotFound"),
            Error::AccessKeyInactive => (Gateway, "InvalidAccessKeyId.Inactive"),
            Error::SecurityTokenMalformed => (Gateway, "InvalidSecurityToken.Malformed"),
            Error::SecurityTokenMismatch => (Gateway, "InvalidSecurityToken.MismatchWithAccessKey"),
            Error::SecurityTokenExpired => (Gateway, "InvalidSecurityToken.Expired"),
            Error::IncompleteSignature => (Gateway, "IncompleteSignature"),
            Error::SignatureMismatchAcs3 { .. } | Error::SignatureMismatchRpc(_) => {
                (Gateway, "SignatureDoesNotMatch")
            }
            Error::SignatureNonceUsed => (Gateway, "SignatureNonceUsed"),
            Error::ForbiddenRam => (Gateway, "Forbidden.RAM"),
            Error::Invalid(integer) => return (Gateway, format!("Invalid{}", integer.name()).into()),
            Error::Internal => (Gateway, "InternalError"),
            Error::InstanceNotFound(_) => (CallCentre, "NotExists.InstanceId"),
            Error::InstanceCeased(_) => (CallCentre, "AbnormalService.Ceased"),
            Error::InstanceCreating(_) => (CallCentre, "AbnormalService.Creating"),
            Error::InstanceDisabled(_) => (CallCentre, "AbnormalService.Disabled"),
            Error::Minimum(..) => (CallCentre, "Parameter.Minimum"),
            Error::Maximum(..) => (CallCentre, "Parameter.Maximum"),
            Error::Enumeration(..) => (CallCentre, "Parameter.Enumeration"),
            Error::ParameterFormat(..) => (CallCentre, "Parameter.Format"),
            Error::ParameterInvalid(..) => (CallCentre, "Parameter.Invalid"),
            Error::Unreached(error) => error.code(),
        };
        (refuser, code.into())
    }
}

impl Error {
    /// The same by the page's only code for a bad value, where a value is out of its range or its
    /// enumeration.
    fn documented(self) -> Self {
        match self {
            Error::Minimum(name, _) | Error::Maximum(name, _) => {
                Error::ParameterFormat(name, "It is out of range.")
            }
            Error::Enumeration(name, _) => {
                Error::ParameterFormat(name, "It is not one of the values there are.")
            }
            other => other,
        }
    }
}

impl From<Refusal> for Error {
    fn from(why: Refusal) -> Self {
        match why {
            Refusal::TooLarge => Error::TooLarge,
            Refusal::BrokenBody => Error::BrokenBody,
            Refusal::BodyTimeout => Error::BodyTimeout,
            Refusal::Overloaded => Unreached::ServiceUnavailable.into(),
            Refusal::Panic => Error::Internal,
            Refusal::TooManyRequests(wait) => Unreached::ThrottlingUser(wait).into(),
        }
    }
}

/// An error on its way out.
#[derive(Debug)]
pub struct Refused {
    error: Error,
    envelope: Envelope,
    shape: ErrorShape,
}

impl Refused {
    /// The refusal of a request.
    pub fn of(request: &Parts, error: Error) -> Self {
        let Context { world, notes, .. } = Context::of(request);
        if let Some(explanation) = explain::refusal(&error) {
            notes.explain_first(serde_json::json!({ "signature": explanation }));
        }
        let error = match world.reading() {
            BadValue::Siblings => error,
            BadValue::Documented => error.documented(),
        };
        let shape = world.reading();
        let envelope = Envelope::of(request);
        let unread = matches!(
            error,
            Error::TooLarge
                | Error::BrokenBody
                | Error::BodyTimeout
                | Error::Unreached(Unreached::ServiceUnavailable)
        );
        Self { error, envelope: if unread { envelope.closing() } else { envelope }, shape }
    }
}

/// An error's body; members that the shape does not have are left out.
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

/// What a key was denied (3.1).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
pub struct AccessDeniedDetail {
    pub auth_action: &'static str,
    pub no_permission_type: &'static str,
    pub policy_type: &'static str,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { error, envelope, shape } = self;
        let (refuser, code) = error.code();
        let message = error.to_string();
        let as_gateway = refuser == Refuser::Gateway || shape != ErrorShape::Ccc;
        let as_call_centre = refuser == Refuser::CallCentre && shape != ErrorShape::Gateway;
        let body = ErrorBody {
            request_id: &envelope.request_id,
            host_id: as_gateway.then_some(envelope.host.as_str()),
            code: &code,
            message: &message,
            recommend: as_gateway.then(|| {
                let id = &envelope.request_id;
                format!("https://api.aliyun.com/troubleshoot?q={code}&product=CCC&requestId={id}")
            }),
            http_status_code: as_call_centre.then(|| error.status().as_u16()),
            access_denied_detail: (error == Error::ForbiddenRam).then_some(AccessDeniedDetail {
                auth_action: "ccc:ListCallDetailRecords",
                no_permission_type: "ImplicitDeny",
                policy_type: "AccountLevelIdentityBasedPolicy",
            }),
        };
        let text = match envelope.format {
            Format::Json => serde_json::to_string(&body).expect("texts and numbers are JSON"),
            Format::Xml => error_xml(&body),
        };
        let mut response = (error.status(), Outcome(error.behavior()), envelope.answer(text)).into_response();
        if let Error::Unreached(Unreached::ThrottlingUser(wait)) = error {
            response.headers_mut().insert(RETRY_AFTER, wait.as_millis().into());
        }
        response
    }
}
