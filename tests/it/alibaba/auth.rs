//! 1.1, 1.4, 3.1, B1: who may ask, and what the gateway says to others.

use chrono::{SecondsFormat, TimeDelta};
use proptest::prelude::*;
use serde_json::json;

use super::client::{Call, Style, now};
use super::{CALLS, ids, page, reading};
use crate::mock::{Answer, Mock};

const STYLES: [Style; 5] = [Style::RpcGet, Style::RpcPost, Style::RpcForm, Style::Acs3, Style::Acs3Form];

fn code(answer: &Answer) -> (u16, String, String) {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (answer.status, text("Code"), text("Message"))
}

fn refusal(status: u16, code: &str, message: &str) -> (u16, String, String) {
    (status, code.to_owned(), message.to_owned())
}

#[tokio::test]
async fn every_style_of_request_is_served_on_the_same_path() {
    let mock = Mock::of(CALLS).await;
    for style in STYLES {
        let answer = page().style(style).send(&mock).await;
        assert_eq!(ids(&answer).len(), 7, "{style:?}");
        let signed = if matches!(style, Style::Acs3 | Style::Acs3Form) { "acs3" } else { "rpc" };
        assert!(answer.behaviors().contains(&format!("alibaba.any.signed_{signed}").as_str()), "{style:?}");
    }
}

#[tokio::test]
async fn a_wrong_secret_is_refused_with_the_text_that_each_sdk_takes_apart() {
    let mock = Mock::of(CALLS).await;
    let answer = page().secret("wrong").with("CallingNumber", "a b+c*d~e/f").send(&mock).await;
    let (status, code, message) = code(&answer);
    assert_eq!((status, code.as_str()), (400, "SignatureDoesNotMatch"));
    let start = "Specified signature is not matched with our calculation. server string to sign is:GET&%2F&AccessKeyId%3Dtestid%26Action%3D";
    assert!(message.starts_with(start), "{message}");
    assert!(message.contains("CallingNumber%3Da%2520b%252Bc%252Ad~e%252Ff"), "{message}");

    let answer = page().style(Style::Acs3).secret("wrong").send(&mock).await;
    let message = answer.json()["Message"].as_str().unwrap().to_owned();
    assert_eq!((answer.status, answer.outcome()), (400, "alibaba.any.signature_mismatch_acs3"));
    let start =
        "Specified signature does not match our calculation. server StringToSign is [ACS3-HMAC-SHA256\n";
    assert!(message.starts_with(start), "{message}");
    assert!(message.contains(
        "] server CanonicalRequest is [POST\n/\nInstanceId=ccc-test&PageNumber=1&PageSize=10\nhost:"
    ));
}

#[tokio::test]
async fn what_was_signed_wrongly_is_told_in_the_journal_and_nowhere_else() {
    let mock = Mock::of(CALLS).await;
    let wrong = page().style(Style::Acs3).secret("wrong").send(&mock).await;
    page().style(Style::Acs3).body("changed").send(&mock).await;
    page().secret("wrong").send(&mock).await;
    page().time("2001-01-01T00:00:00Z").send(&mock).await;
    page().nonce("twice").send(&mock).await;
    page().nonce("twice").send(&mock).await;
    page().style(Style::Acs3).without("x-acs-content-sha256").send(&mock).await;
    let journal = mock.journal().await;
    let mut explained = vec![];
    for exchange in &journal {
        let noted = &exchange["explanation"]["signature"];
        if noted.is_null() {
            explained.push(json!(null));
            continue;
        }
        // The journal has the cause, and says where the rest is.
        let more = mock.get(&format!("/_mock/{}", noted["more"].as_str().expect("a link"))).await.json();
        assert_eq!(noted["cause"], more["signature"]["cause"]);
        assert!(noted.get("string_to_sign").is_none(), "{noted}");
        explained.push(more["signature"].clone());
    }
    let signature = |n: usize| &explained[n];
    assert_eq!(signature(0)["cause"], "signature");
    assert!(signature(0)["canonical_request"].as_str().unwrap().starts_with("POST\n/\nInstanceId="));
    assert!(signature(0)["string_to_sign"].as_str().unwrap().starts_with("ACS3-HMAC-SHA256\n"));
    assert_eq!(signature(1)["cause"], "body_hash");
    assert_ne!(signature(1)["body_hash"]["given"], signature(1)["body_hash"]["computed"]);
    assert_eq!(signature(2)["cause"], "signature");
    assert!(signature(2)["string_to_sign"].as_str().unwrap().starts_with("GET&%2F&"));
    assert_eq!((&signature(3)["cause"], &signature(3)["seconds_allowed"]), (&json!("time"), &json!(900)));
    assert!(journal[4].get("explanation").is_none(), "a good signature needs none");
    assert_eq!((&signature(5)["cause"], &signature(5)["nonce"]), (&json!("nonce"), &json!("twice")));
    assert_eq!(signature(6)["cause"], "signed_headers");
    // The answer stays the vendor's.
    let keys: Vec<String> = wrong.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["RequestId", "HostId", "Code", "Message", "Recommend"]);
}

#[tokio::test]
async fn no_secret_is_whole_in_the_journal() {
    let mock = Mock::of(&CALLS.replace("TOKEN+/=", "STSTOKEN+LONG/ENOUGH=")).await;
    for style in STYLES {
        let call = || page().style(style).key("sts").token("STSTOKEN+LONG/ENOUGH=");
        assert_eq!(call().send(&mock).await.status, 200);
        // The vendor's own answer to this one repeats what was signed, the token included.
        assert_eq!(call().secret("wrong").send(&mock).await.status, 400);
        page().style(style).key("sts").token("SOMEBODYELSESTOKEN").send(&mock).await;
    }
    let journal = mock.get("/_mock/journal").await.body;
    for secret in
        ["testsecret", "STSTOKEN+LONG", "STSTOKEN%2BLONG", "STSTOKEN%252BLONG", "SOMEBODYELSESTOKEN"]
    {
        assert!(!journal.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_nonce_is_good_for_one_request_that_was_signed_rightly() {
    let mock = Mock::of(CALLS).await;
    assert_eq!(page().nonce("n").secret("wrong").send(&mock).await.status, 400);
    assert_eq!(page().nonce("n").send(&mock).await.status, 200);
    let again = page().nonce("n").style(Style::Acs3).send(&mock).await;
    assert_eq!(
        code(&again),
        refusal(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
    );
    assert_eq!(page().nonce("n").key("sts").token("TOKEN+/=").send(&mock).await.status, 200, "another key's");
}

#[tokio::test]
async fn a_time_of_signing_may_be_fifteen_minutes_off_the_clock_that_the_reading_names() {
    let at = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let expired = refusal(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
    let mock = Mock::of(CALLS).await;
    for style in STYLES {
        for (minutes, good) in [(-16, false), (-14, true), (14, true), (16, false)] {
            let time = at(now() + TimeDelta::minutes(minutes));
            let answer = page().style(style).time(&time).send(&mock).await;
            assert_eq!(answer.status == 200, good, "{style:?} {minutes}: {}", answer.body);
            assert!(good || code(&answer) == expired);
        }
    }
    let world = Mock::of(&reading(CALLS, "alibaba.skew: world")).await;
    assert_eq!(code(&page().send(&world).await), expired);
    assert_eq!(page().time("2024-05-14T03:46:00Z").send(&world).await.status, 200);
    let off = Mock::of(&reading(CALLS, "alibaba.skew: off")).await;
    assert_eq!(page().time("1999-01-01T00:00:00Z").send(&off).await.status, 200);
    let format = "Specified time stamp or date value is not well formatted.";
    for time in [
        "+2024-5-14T03:46:00Z",
        "2024-05-14T 3:46:00Z",
        "2024-05-14T03:46:60Z",
        "2024-05-14T03:46:00",
        "2024-05-14 03:46:00Z",
        "2024-5-14T03:46:00Z",
        "x",
        "2024-05-14T03:46:00+08:00",
    ] {
        let answer = page().time(time).send(&off).await;
        assert_eq!(code(&answer), refusal(400, "InvalidTimeStamp.Format", format), "{time}");
    }
}

#[tokio::test]
async fn security_tokens_belong_to_their_key_and_end() {
    let mock = Mock::of(CALLS).await;
    for style in STYLES {
        let ask = |key: &str, token: Option<&str>| {
            let call = page().style(style).key(key);
            token.map_or_else(|| call.clone(), |token| call.clone().token(token))
        };
        let good = ask("sts", Some("TOKEN+/=")).send(&mock).await;
        assert_eq!(good.status, 200, "{style:?} {}", good.body);
        assert!(good.behaviors().contains(&"alibaba.any.security_token"));
        let mismatch = "Specified SecurityToken mismatch with the AccessKey.";
        for (key, token) in [("sts", Some("OTHER")), ("sts", None), ("testid", Some("TOKEN+/="))] {
            let answer = ask(key, token).send(&mock).await;
            assert_eq!(code(&answer), refusal(400, "InvalidSecurityToken.MismatchWithAccessKey", mismatch));
        }
        let malformed = ask("sts", Some("no token has a blank")).send(&mock).await;
        let message = "Specified SecurityToken is malformed.";
        assert_eq!(code(&malformed), refusal(400, "InvalidSecurityToken.Malformed", message));
        let expired = ask("old", Some("OLD")).send(&mock).await;
        assert_eq!(
            code(&expired),
            refusal(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
        );
    }
}

#[tokio::test]
async fn the_clients_own_list_of_signed_headers_counts_as_long_as_the_needed_ones_are_in_it() {
    let mock = Mock::of(CALLS).await;
    let nonce_unsigned = page().style(Style::Acs3).unsigned("x-acs-signature-nonce").send(&mock).await;
    assert_eq!(nonce_unsigned.status, 200, "{}", nonce_unsigned.body);
    let unsigned_header = page().style(Style::Acs3).replaced("x-unsigned", "1").send(&mock).await;
    assert_eq!(unsigned_header.status, 200);
    // An endpoint given with its protocol or a slash ends up in Host, which is opaque text (1.4.4).
    for host in [format!("http://{}", mock.address), format!("{}/", mock.address)] {
        let answer = page().style(Style::Acs3).header("host", &host).send(&mock).await;
        assert_eq!((answer.status, &answer.json()["Code"]), (200, &json!("OK")), "{host}");
    }
    for header in ["host", "x-acs-action", "x-acs-version", "x-acs-content-sha256"] {
        let answer =
            page().style(Style::Acs3).with("Action", "ListCallDetailRecords").with("Version", "2020-07-01");
        let answer = answer.without(header).send(&mock).await;
        let message = "The request signature does not conform to Aliyun standards.";
        assert_eq!(code(&answer), refusal(400, "IncompleteSignature", message), "{header}");
    }
    // A signed header that is changed on the way breaks the signature.
    let changed = page().style(Style::Acs3).replaced("x-acs-signature-nonce", "changed").send(&mock).await;
    assert_eq!(changed.outcome(), "alibaba.any.signature_mismatch_acs3");
}

/// Every check of the gateway in its order (B1), each by a request that fails this one and all that
/// follow.
#[tokio::test]
async fn the_gateway_checks_in_its_documented_order() {
    let mock = Mock::of(&CALLS.replace("state: forbidden", "state: forbidden, security_token: T")).await;
    // What the steps below undo, one after the other; the request begins with everything wrong.
    let steps: [(&str, &str, &str); 14] = [
        ("Format", "JSON", "InvalidParameter.Format"),
        ("Action", "ListCallDetailRecords", "InvalidAction.NotFound"),
        ("Version", "2020-07-01", "InvalidVersion"),
        ("AccessKeyId", "nobody", "MissingAccessKeyId"),
        ("Timestamp", "yesterday", "MissingTimestamp"),
        ("Timestamp", "2001-01-01T00:00:00Z", "InvalidTimeStamp.Format"),
        ("Timestamp", "", "InvalidTimeStamp.Expired"),
        ("SignatureNonce", "fixed", "MissingSignatureNonce"),
        ("SignatureMethod", "HMAC-SHA1", "InvalidSignatureMethod"),
        ("AccessKeyId", "off", "InvalidAccessKeyId.NotFound"),
        ("AccessKeyId", "denied", "InvalidAccessKeyId.Inactive"),
        ("SecurityToken", "T", "InvalidSecurityToken.MismatchWithAccessKey"),
        ("Signature", "wrong", "MissingSignature"),
        ("Signature", "", "SignatureDoesNotMatch"),
    ];
    let mut parameters = vec![
        ("Format".to_owned(), "YAML".to_owned()),
        ("Action".to_owned(), "Nothing".to_owned()),
        ("Version".to_owned(), "1".to_owned()),
        ("SignatureMethod".to_owned(), "MD5".to_owned()),
        ("PageNumber".to_owned(), "x".to_owned()),
    ];
    // The nonce is used up already, which only shows once the signature is right.
    assert_eq!(
        page().key("denied").token("T").nonce("fixed").send(&mock).await.outcome(),
        "alibaba.any.forbidden_ram"
    );
    let set = |parameters: &mut Vec<(String, String)>, name: &str, value: &str| {
        parameters.retain(|(n, _)| n != name);
        parameters.push((name.to_owned(), value.to_owned()));
    };
    for (name, value, refused) in steps {
        let answer = mock.get(&format!("/?{}", super::client::encoded(&parameters))).await;
        assert_eq!(answer.json()["Code"], refused);
        let value = match name {
            "Timestamp" if value.is_empty() => now().to_rfc3339_opts(SecondsFormat::Secs, true),
            "Signature" if value.is_empty() => {
                parameters.retain(|(n, _)| n != "Signature");
                super::client::sign_rpc("GET", &parameters, "testsecret")
            }
            _ => value.to_owned(),
        };
        set(&mut parameters, name, &value);
    }
    let answer = mock.get(&format!("/?{}", super::client::encoded(&parameters))).await;
    assert_eq!(answer.json()["Code"], "SignatureNonceUsed");
    // Signed anew with a fresh nonce: no right; with a key that has it: the parameters, at last.
    let denied = page().key("denied").token("T").without("InstanceId").send(&mock).await;
    assert_eq!(denied.json()["Code"], "Forbidden.RAM");
    assert!(denied.json()["AccessDeniedDetail"].is_object());
    let call = || page().with("PageNumber", "x").with("PageSize", "").with("StartTime", "x");
    assert_eq!(call().without("InstanceId").send(&mock).await.json()["Code"], "MissingInstanceId");
    assert_eq!(call().with("InstanceId", "nowhere").send(&mock).await.json()["Code"], "MissingPageSize");
    let call = || call().with("PageSize", "0").with("InstanceId", "nowhere");
    assert_eq!(call().send(&mock).await.json()["Code"], "InvalidPageNumber");
    let call = || call().with("PageNumber", "0");
    assert_eq!(call().send(&mock).await.json()["Code"], "InvalidStartTime");
    let call = || call().with("StartTime", "9").with("EndTime", "1");
    assert_eq!(call().send(&mock).await.json()["Code"], "NotExists.InstanceId");
    let call = || call().with("InstanceId", "ccc-test");
    assert_eq!(call().send(&mock).await.json()["Code"], "Parameter.Minimum");
}

/// The same order in the newer style, one mistake less a step.
#[tokio::test]
async fn the_gateway_checks_the_newer_style_in_the_same_order() {
    let mock = Mock::of(CALLS).await;
    let good = || page().style(Style::Acs3);
    page().key("denied").style(Style::Acs3).nonce("used").send(&mock).await;
    let algorithm = |call: Call| call.replaced("authorization", "ACS3-RSA-SHA256 Credential=nobody");
    for (call, code) in [
        (good().with("Format", "YAML").replaced("x-acs-action", "Nothing"), "InvalidParameter.Format"),
        (good().replaced("x-acs-action", "Nothing").replaced("x-acs-version", "1"), "InvalidAction.NotFound"),
        (good().replaced("x-acs-version", "1").without("authorization"), "InvalidVersion"),
        (good().without("authorization").without("x-acs-date"), "MissingAccessKeyId"),
        (good().without("Credential").without("x-acs-date"), "MissingAccessKeyId"),
        (good().key("").without("x-acs-date"), "MissingAccessKeyId"),
        (algorithm(good()).without("x-acs-date"), "MissingTimestamp"),
        (
            algorithm(good()).replaced("x-acs-date", "x").without("x-acs-signature-nonce"),
            "InvalidTimeStamp.Format",
        ),
        (
            algorithm(good()).time("2001-01-01T00:00:00Z").without("x-acs-signature-nonce"),
            "InvalidTimeStamp.Expired",
        ),
        (algorithm(good()).without("x-acs-signature-nonce"), "MissingSignatureNonce"),
        (algorithm(good()), "InvalidSignatureMethod"),
        (good().key("nobody").without("Signature"), "InvalidAccessKeyId.NotFound"),
        (good().key("off").without("Signature"), "InvalidAccessKeyId.Inactive"),
        (good().key("sts").without("Signature"), "InvalidSecurityToken.MismatchWithAccessKey"),
        (good().without("Signature"), "IncompleteSignature"),
        (good().without("SignedHeaders"), "IncompleteSignature"),
        (good().key("denied").secret("wrong").nonce("used"), "SignatureDoesNotMatch"),
        (good().key("denied").nonce("used"), "SignatureNonceUsed"),
        (good().key("denied").without("InstanceId"), "Forbidden.RAM"),
    ] {
        let answer = call.clone().send(&mock).await;
        assert_eq!(answer.json()["Code"], code, "{call:?}");
    }
}

#[tokio::test]
async fn a_style_a_request_without_authorization_lacks_a_key_and_nothing_else_is_said() {
    let mock = Mock::of(CALLS).await;
    let answer = page().style(Style::Acs3).without("authorization").without("x-acs-date").send(&mock).await;
    assert_eq!(
        code(&answer),
        refusal(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever text stands in a parameter, what was signed rightly is let through and what was
    /// changed is not.
    #[test]
    fn any_text_can_be_signed_in_every_style(value in "\\PC{1,20}|[ +*~/%&=()'!\\n\u{0}]{1,12}", style in 0_usize..5) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mock = Mock::of(CALLS).await;
            let call = || page().style(STYLES[style]).with("CallingNumber", &value);
            let answer = call().send(&mock).await;
            assert_eq!(answer.status, 200, "{value:?}: {}", answer.body);
            let changed = call().secret("testsecret ").send(&mock).await;
            assert_eq!(changed.status, 400, "{value:?}");
            if STYLES[style] == Style::RpcGet {
                let changed = call().replaced("CallingNumber", &format!("{value}x")).send(&mock).await;
                assert_eq!(changed.outcome(), "alibaba.any.signature_mismatch_rpc", "{value:?}");
            }
        });
    }
}
