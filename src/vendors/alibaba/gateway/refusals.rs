//! The gateway's refusals, in the order of its checks (fact sheet 3.1, B1), and those that only a
//! fault causes.

use crate::vendor::{RetryAfter, Unhandled, refusals};

refusals! {
    in "alibaba.any", of request;

    UnsupportedMethod = "unsupported_http_method", 403 Inferred, "3.1",
        "A method other than GET and POST.",
        "This http method is not supported.", "UnsupportedHTTPMethod";
    TooLarge = "request_too_large", 413 Choice, "unstated",
        "A body over the limit, or more than 1000 parameters.",
        "The request body is too large.", "RequestTooLarge";
    BrokenBody = "broken_body", 400 Choice, "unstated",
        "A body whose framing is broken.",
        "The request body is broken.", "RequestBodyMalformed";
    MalformedEncoding = "request_parameter_malformed", 400 Inferred, "3.1",
        "Parameters that are not percent-encoded UTF-8.",
        "Request parameters has malformed encoded characters.", "RequestParameterMalformed";
    // The code is `Invalid` and the parameter's name.
    Repeated(&'static str = "InstanceId") = "repeated_parameter", 400 Choice, "unstated",
        "A parameter that the gateway or the operation reads is given twice.",
        "Specified parameter {0} is not valid.", "InvalidInstanceId";
    InvalidFormat = "invalid_format", 400 Documented, "3.1",
        "`Format` is neither JSON nor XML.",
        "Specified parameter format is not valid.", "InvalidParameter.Format";
    InvalidAction = "invalid_action", 404 Inferred, "3.1",
        "No `Action`, or one that does not exist.",
        "Specified api is not found, please check your url and method.", "InvalidAction.NotFound";
    NotEmulated = "not_emulated", 404 Choice changing, "the vendor's other pages",
        "An `Action` that the vendor has and callmock has not; the answer is as for one that does not exist.",
        "Specified api is not found, please check your url and method.", "InvalidAction.NotFound";
    BodyTimeout = "body_timeout", 408 Choice passing, "unstated",
        "A body that stops coming.",
        "The request body did not come in time.", "RequestTimeout";
    MissingVersion = "missing_version", 400 Inferred, "3.1",
        "No `Version`.",
        "Version is mandatory for this action.", "MissingVersion";
    MissingAccessKeyId = "missing_access_key_id", 400 Documented credential, "3.1 (B1a)",
        "No access key id, or no Authorization at all.",
        "AccessKeyId is mandatory for this action.", "MissingAccessKeyId";
    MissingTimestamp = "missing_timestamp", 400 Inferred credential, "3.1",
        "No time of signing.",
        "Timestamp is mandatory for this action.", "MissingTimestamp";
    MissingSignatureNonce = "missing_signature_nonce", 400 Documented credential, "3.1",
        "No nonce.",
        "SignatureNonce is mandatory for this action.", "MissingSignatureNonce";
    MissingSignatureMethod = "missing_signature_method", 400 Inferred credential, "3.1",
        "No `SignatureMethod`.",
        "SignatureMethod is mandatory for this action.", "MissingSignatureMethod";
    MissingSignature = "missing_signature", 400 Inferred credential, "3.1",
        "No `Signature`.",
        "Signature is mandatory for this action.", "MissingSignature";
    InvalidVersion = "invalid_version", 400 Inferred, "3.1",
        "A `Version` other than 2020-07-01.",
        "Specified parameter Version is not valid.", "InvalidVersion";
    InvalidTimestampFormat = "invalid_timestamp_format", 400 Documented credential, "3.1",
        "A time of signing in another form than YYYY-MM-DDThh:mm:ssZ.",
        "Specified time stamp or date value is not well formatted.", "InvalidTimeStamp.Format";
    InvalidTimestampExpired = "invalid_timestamp_expired", 400 Documented credential, "3.1",
        "A time of signing more than 15 minutes off.",
        "Specified time stamp or date value is expired.", "InvalidTimeStamp.Expired";
    InvalidSignatureMethod = "invalid_signature_method", 400 Documented credential, "3.1",
        "A signature method that does not exist.",
        "Specified signature method is not valid.", "InvalidSignatureMethod";
    AccessKeyNotFound = "access_key_not_found", 404 Inferred credential, "3.1",
        "An access key id that is nobody's.",
        "Specified access key is not found.", "InvalidAccessKeyId.NotFound";
    AccessKeyInactive = "access_key_inactive", 400 Documented credential, "3.1",
        "An access key that is switched off.",
        "Specified access key is disabled.", "InvalidAccessKeyId.Inactive";
    SecurityTokenMalformed = "security_token_malformed", 400 Documented credential, "3.1",
        "A security token with characters that no token has.",
        "Specified SecurityToken is malformed.", "InvalidSecurityToken.Malformed";
    SecurityTokenMismatch = "security_token_mismatch", 400 Documented credential, "3.1",
        "A security token of another key, or none where the key needs one.",
        "Specified SecurityToken mismatch with the AccessKey.", "InvalidSecurityToken.MismatchWithAccessKey";
    SecurityTokenExpired = "security_token_expired", 400 Documented credential, "3.1",
        "A security token past its end.",
        "Specified SecurityToken is expired.", "InvalidSecurityToken.Expired";
    IncompleteSignature = "incomplete_signature", 400 Documented credential, "3.1, 5.1",
        "An Authorization without all its parts, or that does not sign the headers it must.",
        "The request signature does not conform to Aliyun standards.", "IncompleteSignature";
    SignatureMismatchAcs3(String = String::new(), String = String::new()) = "signature_mismatch_acs3", 400 Inferred credential, "3.1",
        "An ACS3 signature that is not the one computed; the answer shows what was signed here.",
        "Specified signature does not match our calculation. server StringToSign is [{0}] server CanonicalRequest is [{1}]", "SignatureDoesNotMatch";
    // The old Python SDK cuts the message at its first colon and compares the rest with the string
    // that it signed.
    SignatureMismatchRpc(String = String::new()) = "signature_mismatch_rpc", 400 Inferred credential, "3.1, 2.4",
        "An HMAC-SHA1 signature that is not the one computed; the answer shows the string to sign.",
        "Specified signature is not matched with our calculation. server string to sign is:{0}", "SignatureDoesNotMatch";
    SignatureNonceUsed = "signature_nonce_used", 400 Documented credential, "3.1",
        "A nonce that was used before.",
        "Specified signature nonce was used already.", "SignatureNonceUsed";
    ForbiddenRam = "forbidden_ram", 403 Documented credential, "3.1",
        "A key without the right to the operation.",
        "User not authorized to operate on the specified resource, or this API doesn't support RAM.", "Forbidden.RAM";
    ThrottlingUser(RetryAfter = RetryAfter::default()) = "throttling_user", 400 Documented fault passing, "3.1",
        "Too many requests of one user.",
        "Request was denied due to user flow control.", "Throttling.User";
    ThrottlingApi = "throttling_api", 400 Documented fault passing, "3.1",
        "Too many requests of one operation.",
        "Request was denied due to api flow control.", "Throttling.Api";
    Throttling = "throttling", 400 Documented fault passing, "3.1",
        "Too many requests.",
        "Request was denied due to request throttling.", "Throttling";
    NeedSsl = "need_ssl", 404 Documented fault, "3.1",
        "A request without TLS where it is required.",
        "Your request is denied as lack of ssl protect.", "InvalidProtocol.NeedSsl";
    ProductNotFound = "product_not_found", 404 Documented fault, "3.1",
        "A host that is no product's.",
        "Cannot find product according to your specified domain.", "InvalidProduct.NotFound";
    Internal = "internal_error", 500 Documented fault passing, "3.1",
        "The gateway failed.",
        "The request processing has failed due to some unknown error, exception or failure.", "InternalError";
    Unavailable = "service_unavailable", 503 Documented fault passing, "3.1",
        "The gateway failed for a while.",
        "The request has failed due to a temporary failure of the server.", "ServiceUnavailable";
}

impl From<Unhandled> for Error {
    fn from(why: Unhandled) -> Self {
        match why {
            Unhandled::TooLarge => Error::TooLarge,
            Unhandled::BrokenBody => Error::BrokenBody,
            Unhandled::BodyTimeout => Error::BodyTimeout,
            Unhandled::Overloaded => Error::Unavailable,
            Unhandled::Panic => Error::Internal,
            Unhandled::TooManyRequests(wait) => Error::ThrottlingUser(wait),
        }
    }
}
