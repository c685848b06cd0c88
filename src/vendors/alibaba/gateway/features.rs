//! The features that the gateway gives every operation.

use crate::contract::behaviors;

behaviors! {
    in "alibaba.any";

    SIGNED_ACS3 = "signed_acs3", -, Documented, "5.1",
        "Signed with ACS3-HMAC-SHA256 in headers.";
    SIGNED_RPC = "signed_rpc", -, Documented, "5.2",
        "Signed with HMAC-SHA1 in parameters.";
    FORM_BODY = "form_body", -, Inferred, "1.1",
        "Parameters in a form body.";
    SECURITY_TOKEN = "security_token", -, Documented, "1.1",
        "A temporary (STS) credential with its token.";
    FORMAT_XML = "format_xml", -, Documented, "2.5 (B15)",
        "The answer in XML (`Format=XML`).";
    SKEW_WORLD = "skew_world", -, Choice, "3.1",
        "The time of signing is held against the world's clock (reading `alibaba.skew: world`).";
    SKEW_OFF = "skew_off", -, Choice, "3.1",
        "The time of signing is not held against any clock (reading `alibaba.skew: off`).";
}
