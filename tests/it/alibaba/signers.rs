//! Wrong signers, each wrong in its own way: the journal names the mistake, and shows what was
//! signed and what should have been. They sign by code that shares nothing with the server's.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::client::{encoded, now, pct};
use crate::mock::{Answer, Mock, send};

type Pairs = Vec<(String, String)>;
type Signer = Box<dyn Fn(&Pairs) -> String>;

const SCENARIO: &str = "callmock: 1\naccounts: {alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: \
                        [ccc-test]}, {access_key_id: other, access_key_secret: othersecret, instances: [ccc-test]}]}";

/// Parameters in which every encoding and every order shows.
fn parameters(nonce: &str) -> Pairs {
    [
        ("Timestamp", now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true).as_str()),
        ("SignatureNonce", nonce),
        ("Action", "ListCallDetailRecords"),
        ("Version", "2020-07-01"),
        ("AccessKeyId", "testid"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("InstanceId", "ccc-test"),
        ("PageNumber", "1"),
        ("PageSize", "10"),
        ("callingNumber", "a b*c~d/e(1)+ü"),
        ("CalledNumber", ""),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn sorted(mut pairs: Pairs) -> Pairs {
    pairs.sort();
    pairs
}

fn joined(pairs: &Pairs, encode: impl Fn(&str) -> String) -> String {
    pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

fn sha1(key: &str, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn sha256(key: &str, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes every text");
        text
    })
}

/// The older style: the query's parameters, signed by `sign`.
async fn rpc(mock: &Mock, nonce: &str, sign: impl Fn(&Pairs) -> String) -> Answer {
    let mut pairs = parameters(nonce);
    let signature = sign(&pairs);
    pairs.push(("Signature".to_owned(), signature));
    send(mock.request("GET", &format!("/?{}", encoded(&pairs)))).await
}

/// The string to sign of the older style, with an encoding of one's own.
fn to_sign(pairs: &Pairs, encode: impl Fn(&str) -> String) -> String {
    format!("GET&%2F&{}", encode(&joined(&sorted(pairs.clone()), &encode)))
}

fn signed(text: &str) -> String {
    BASE64.encode(sha1("testsecret&", text))
}

/// What the journal says of the last request, which must have been refused for its signature.
async fn diagnosis(mock: &Mock, answer: &Answer) -> Value {
    assert_eq!(answer.json()["Code"], "SignatureDoesNotMatch", "{}", answer.body);
    let seq = mock.newest();
    let explained = mock.get(&format!("/_mock/journal/{seq}/signature")).await;
    assert_eq!(explained.status, 200, "{}", explained.body);
    assert!(
        !explained.body.contains("testsecret") && !explained.body.contains("othersecret"),
        "{}",
        explained.body
    );
    explained.json()["signature"]["diagnosis"].clone()
}

/// Signers of the older style that sign another text, by the mistake that they make.
fn of_other_texts() -> Vec<(&'static str, Signer)> {
    let plus = |text: &str| pct(text).replace("%20", "+");
    let with =
        |encode: fn(&str) -> String| -> Signer { Box::new(move |pairs| signed(&to_sign(pairs, encode))) };
    vec![
        ("space_as_plus", Box::new(move |pairs| signed(&to_sign(pairs, plus)))),
        ("form_encoding", with(|t| pct(t).replace("%20", "+").replace("%2A", "*").replace('~', "%7E"))),
        ("star_not_encoded", with(|t| pct(t).replace("%2A", "*"))),
        ("tilde_encoded", with(|t| pct(t).replace('~', "%7E"))),
        ("component_encoding", with(|t| pct(t).replace("%2A", "*").replace("%28", "(").replace("%29", ")"))),
        ("slash_not_encoded", with(|t| pct(t).replace("%2F", "/"))),
        (
            "lower_case_hex",
            with(|t| {
                let mut digits = 0;
                let lower = |c: char| {
                    digits = if c == '%' { 2 } else { digits };
                    if c != '%' && digits > 0 {
                        digits -= 1;
                        c.to_ascii_lowercase()
                    } else {
                        c
                    }
                };
                pct(t).chars().map(lower).collect()
            }),
        ),
        ("unsorted+query_not_encoded", Box::new(|pairs| signed(&format!("GET&%2F&{}", encoded(pairs))))),
        (
            "encoded_too_seldom",
            Box::new(|pairs| {
                signed(&format!("GET&%2F&{}", pct(&joined(&sorted(pairs.clone()), str::to_owned))))
            }),
        ),
        (
            "encoded_too_often",
            Box::new(|pairs| {
                signed(&format!("GET&%2F&{}", pct(&joined(&sorted(pairs.clone()), |t| pct(&pct(t))))))
            }),
        ),
        ("unsorted", Box::new(|pairs| signed(&format!("GET&%2F&{}", pct(&encoded(pairs)))))),
        (
            "sorted_caseless",
            Box::new(|pairs| {
                let mut pairs = pairs.clone();
                pairs.sort_by_key(|(name, _)| name.to_lowercase());
                signed(&format!("GET&%2F&{}", pct(&encoded(&pairs))))
            }),
        ),
        (
            "blanks_dropped",
            Box::new(|pairs| {
                signed(&to_sign(&pairs.iter().filter(|(_, value)| !value.is_empty()).cloned().collect(), pct))
            }),
        ),
        ("method", Box::new(|pairs| signed(&to_sign(pairs, pct).replacen("GET", "POST", 1)))),
        ("path", Box::new(|pairs| signed(&to_sign(pairs, pct).replacen("%2F", "/", 1)))),
        (
            "query_not_encoded",
            Box::new(|pairs| signed(&format!("GET&%2F&{}", encoded(&sorted(pairs.clone()))))),
        ),
        (
            "parameter_left_out",
            Box::new(|pairs| {
                signed(&to_sign(
                    &pairs.iter().filter(|(name, _)| name != "SignatureNonce").cloned().collect(),
                    pct,
                ))
            }),
        ),
    ]
}

/// Signers of the older style that sign with another key, or write the signature otherwise.
fn of_other_keys() -> Vec<(&'static str, Signer)> {
    let plus = |text: &str| pct(text).replace("%20", "+");
    let with =
        |encode: fn(&str) -> String| -> Signer { Box::new(move |pairs| signed(&to_sign(pairs, encode))) };
    vec![
        ("key_without_ampersand", Box::new(|pairs| BASE64.encode(sha1("testsecret", &to_sign(pairs, pct))))),
        ("another_secret", Box::new(|pairs| BASE64.encode(sha1("othersecret&", &to_sign(pairs, pct))))),
        ("hex_for_base64", Box::new(|pairs| hex(&sha1("testsecret&", &to_sign(pairs, pct))))),
        ("base64_of_hex", Box::new(|pairs| BASE64.encode(hex(&sha1("testsecret&", &to_sign(pairs, pct)))))),
        ("sha256_for_sha1", Box::new(|pairs| BASE64.encode(sha256("testsecret&", &to_sign(pairs, pct))))),
        ("php_urlencode", with(|t| pct(t).replace("%20", "+").replace('~', "%7E"))),
        ("dirty_secret", Box::new(|pairs| BASE64.encode(sha1("testsecret\n&", &to_sign(pairs, pct))))),
        ("dirty_secret", Box::new(|pairs| BASE64.encode(sha1("\"testsecret\"&", &to_sign(pairs, pct))))),
        (
            "secret_in_base64",
            Box::new(|pairs| BASE64.encode(sha1("dGVzdHNlY3JldA==&", &to_sign(pairs, pct)))),
        ),
        (
            "empty_signature",
            Box::new(|pairs| {
                let mut pairs = pairs.clone();
                pairs.push(("Signature".to_owned(), String::new()));
                signed(&to_sign(&pairs, pct))
            }),
        ),
        (
            "space_as_plus+dirty_secret",
            Box::new(move |pairs| BASE64.encode(sha1("testsecret\r\n&", &to_sign(pairs, plus)))),
        ),
        (
            "space_as_plus+key_without_ampersand",
            Box::new(move |pairs| BASE64.encode(sha1("testsecret", &to_sign(pairs, plus)))),
        ),
    ]
}

#[tokio::test]
async fn the_mistakes_of_the_older_styles_signers_are_named() {
    let mock = Mock::of(SCENARIO).await;
    let signers = of_other_texts().into_iter().chain(of_other_keys());
    for (n, (cause, sign)) in signers.enumerate() {
        let answer = rpc(&mock, &format!("nonce-{n}"), sign).await;
        let diagnosis = diagnosis(&mock, &answer).await;
        assert_eq!(
            (&diagnosis["cause"], &diagnosis["certain"]),
            (&cause.into(), &true.into()),
            "{diagnosis:#}"
        );
        let (signed, should) = (&diagnosis["signed"], &diagnosis["should_have_signed"]);
        assert_eq!(*should, to_sign(&parameters_of(&mock).await, pct), "{cause}");
        // Where what was signed is right, the key or the form is not.
        let same = [
            "key_without_ampersand",
            "another_secret",
            "dirty_secret",
            "secret_in_base64",
            "hex_for_base64",
            "base64_of_hex",
            "sha256_for_sha1",
        ];
        assert_eq!(signed == should, same.contains(&cause), "{cause}");
        assert_eq!(diagnosis["first_difference"].is_null(), same.contains(&cause), "{cause}");
    }
}

/// The last request's parameters, as the journal has them.
async fn parameters_of(mock: &Mock) -> Pairs {
    let entry = mock.journal().await.pop().expect("an exchange");
    let query = entry["request"]["query"].as_object().expect("a query").clone();
    let pairs = query.into_iter().filter(|(name, _)| name != "Signature");
    pairs.map(|(name, value)| (name, value.as_str().expect("a text").to_owned())).collect()
}

#[tokio::test]
async fn a_signer_of_the_wires_own_text_is_named() {
    let mock = Mock::of(SCENARIO).await;
    let pairs = parameters("wire");
    let wire = encoded(&pairs).replace("%20", "+");
    let signature = signed(&format!("GET&%2F&{}", pct(&wire)));
    let answer = send(mock.request("GET", &format!("/?{wire}&Signature={}", pct(&signature)))).await;
    assert_eq!(diagnosis(&mock, &answer).await["cause"], "raw_query");
}

#[tokio::test]
async fn the_first_difference_is_shown_where_it_is() {
    let mock = Mock::of(SCENARIO).await;
    let answer = rpc(&mock, "once", |pairs| signed(&to_sign(pairs, |t| pct(t).replace("%20", "+")))).await;
    let difference = diagnosis(&mock, &answer).await["first_difference"].clone();
    assert!(difference["signed"].as_str().is_some_and(|text| text.starts_with("Bb%252Ac")), "{difference}");
    assert!(
        difference["should_have_signed"].as_str().is_some_and(|text| text.starts_with("520b%252Ac")),
        "{difference}"
    );
}

#[tokio::test]
async fn a_signature_whose_plus_came_as_a_space_is_told_from_a_wrong_one() {
    let mock = Mock::of(SCENARIO).await;
    for n in 0.. {
        let mut pairs = parameters(&format!("plus-{n}"));
        let signature = signed(&to_sign(&pairs, pct));
        if signature.contains('+') {
            pairs.retain(|(name, _)| name != "Signature");
            let query = format!(
                "{}&Signature={}",
                encoded(&pairs),
                signature.replace('=', "%3D").replace('/', "%2F")
            );
            let answer = send(mock.request("GET", &format!("/?{query}"))).await;
            let diagnosis = diagnosis(&mock, &answer).await;
            assert_eq!(
                (&diagnosis["cause"], &diagnosis["certain"]),
                (&"signature_not_encoded".into(), &true.into())
            );
            return;
        }
    }
}

#[tokio::test]
async fn a_secret_that_nobody_has_is_unknown_and_not_called_certain() {
    let mock = Mock::of(SCENARIO).await;
    let answer = rpc(&mock, "once", |pairs| BASE64.encode(sha1("nobodys&", &to_sign(pairs, pct)))).await;
    let diagnosis = diagnosis(&mock, &answer).await;
    assert_eq!((&diagnosis["cause"], &diagnosis["certain"]), (&"unknown".into(), &false.into()));
    assert!(
        diagnosis["what"].as_str().is_some_and(|what| what.contains("another secret was used")),
        "{diagnosis}"
    );
    assert!(
        diagnosis["should_have_signed"]
            .as_str()
            .is_some_and(|text| text.starts_with("GET&%2F&AccessKeyId%3Dtestid"))
    );
}

/// How a wrong signer of the newer style puts what it signs together.
struct Acs3 {
    method: &'static str,
    path: &'static str,
    query: fn(&Pairs) -> String,
    host: fn(&str) -> String,
    reversed: bool,
    colon: &'static str,
    after_headers: &'static str,
    hashed: &'static str,
    secret: &'static str,
    text: fn(&[u8]) -> String,
}

const RIGHT: Acs3 = Acs3 {
    method: "POST",
    path: "/",
    query: |pairs| encoded(&sorted(pairs.clone())),
    host: str::to_owned,
    reversed: false,
    colon: ":",
    after_headers: "\n\n",
    hashed: "",
    secret: "testsecret",
    text: hex,
};

async fn acs3(mock: &Mock, nonce: &str, signer: &Acs3) -> Answer {
    let page = [
        ("PageNumber", "1"),
        ("InstanceId", "ccc-test"),
        ("PageSize", "10"),
        ("CallingNumber", "a b*c"),
        ("CalledNumber", ""),
    ];
    let pairs: Pairs = page.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let hash = hex(&Sha256::digest(signer.hashed));
    let headers = [
        ("host", mock.address.to_string()),
        ("x-acs-action", "ListCallDetailRecords".to_owned()),
        ("x-acs-content-sha256", hash.clone()),
        ("x-acs-date", now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        ("x-acs-signature-nonce", nonce.to_owned()),
        ("x-acs-version", "2020-07-01".to_owned()),
    ];
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let mut lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| {
            let value = if *name == "host" { (signer.host)(value) } else { value.clone() };
            format!("{name}{}{value}", signer.colon)
        })
        .collect();
    if signer.reversed {
        lines.reverse();
    }
    let canonical = format!(
        "{}\n{}\n{}\n{}{}{names}\n{hash}",
        signer.method,
        signer.path,
        (signer.query)(&pairs),
        lines.join("\n"),
        signer.after_headers
    );
    let signature = (signer.text)(&sha256(
        signer.secret,
        &format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(canonical))),
    ));
    let mut request = mock.request("POST", &format!("/?{}", encoded(&pairs)));
    // On the wire in the order that the reversed signer signs them in.
    for (name, value) in headers.iter().rev() {
        request = request.header(*name, value);
    }
    let authorization =
        format!("ACS3-HMAC-SHA256 Credential=testid,SignedHeaders={names},Signature={signature}");
    send(request.header("authorization", authorization)).await
}

#[tokio::test]
async fn the_mistakes_of_the_newer_styles_signers_are_named() {
    let mock = Mock::of(SCENARIO).await;
    assert_eq!(acs3(&mock, "right", &RIGHT).await.status, 200);
    for (n, (cause, signer)) in [
        ("method", Acs3 { method: "GET", ..RIGHT }),
        ("path", Acs3 { path: "", ..RIGHT }),
        ("unsorted", Acs3 { query: |pairs| encoded(pairs), ..RIGHT }),
        (
            "space_as_plus",
            Acs3 { query: |pairs| encoded(&sorted(pairs.clone())).replace("%20", "+"), ..RIGHT },
        ),
        (
            "star_not_encoded",
            Acs3 { query: |pairs| encoded(&sorted(pairs.clone())).replace("%2A", "*"), ..RIGHT },
        ),
        (
            "blanks_dropped",
            Acs3 { query: |pairs| encoded(&sorted(pairs.clone())).replace("CalledNumber=&", ""), ..RIGHT },
        ),
        (
            "host_without_port",
            Acs3 { host: |host| host.split(':').next().unwrap_or_default().to_owned(), ..RIGHT },
        ),
        ("host_changed", Acs3 { host: |_| "ccc.cn-shanghai.aliyuncs.com".to_owned(), ..RIGHT }),
        ("host_changed", Acs3 { host: |_| "callmock:8080".to_owned(), ..RIGHT }),
        ("host_changed", Acs3 { host: |host| host.replace("127.0.0.1", "localhost"), ..RIGHT }),
        ("dirty_secret", Acs3 { secret: "testsecret ", ..RIGHT }),
        ("headers_unsorted", Acs3 { reversed: true, ..RIGHT }),
        ("headers_untrimmed", Acs3 { colon: ": ", ..RIGHT }),
        ("no_blank_line", Acs3 { after_headers: "\n", ..RIGHT }),
        ("body_hash", Acs3 { hashed: "another body", ..RIGHT }),
        ("key_with_ampersand", Acs3 { secret: "testsecret&", ..RIGHT }),
        ("another_secret", Acs3 { secret: "othersecret", ..RIGHT }),
        ("base64_for_hex", Acs3 { text: |bytes| BASE64.encode(bytes), ..RIGHT }),
        ("upper_case_hex", Acs3 { text: |bytes| hex(bytes).to_uppercase(), ..RIGHT }),
        ("key_with_ampersand+path", Acs3 { path: "", secret: "testsecret&", ..RIGHT }),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = acs3(&mock, &format!("nonce-{n}"), &signer).await;
        let diagnosis = diagnosis(&mock, &answer).await;
        assert_eq!(
            (&diagnosis["cause"], &diagnosis["certain"]),
            (&cause.into(), &true.into()),
            "{diagnosis:#}"
        );
        assert!(diagnosis["fix"].as_str().is_some_and(|fix| !fix.is_empty()));
    }
}

#[tokio::test]
async fn other_refusals_of_the_gateway_are_explained_at_the_same_place_and_what_was_not_refused_says_so() {
    let mock = Mock::of(SCENARIO).await;
    super::page().time("2001-01-01T00:00:00Z").send(&mock).await;
    let stale = mock.get("/_mock/journal/1/signature").await.json();
    assert_eq!(stale["signature"]["cause"], "time");
    super::page().send(&mock).await;
    let good = mock.get("/_mock/journal/2/signature").await;
    assert_eq!(good.status, 404);
    assert!(
        good.body
            .contains("was not refused for its signature, but met alibaba.list_call_detail_records.empty"),
        "{}",
        good.body
    );
    assert!(mock.get("/_mock/journal/9/signature").await.body.contains("the journal has no exchange 9"));
    assert!(mock.get("/_mock/journal/x/signature").await.body.contains("`x` is no exchange's number"));
}

#[tokio::test]
async fn a_long_request_is_not_tried_for_ever() {
    let mock = Mock::of(SCENARIO).await;
    let value = "x".repeat(20);
    let call = (0..900).fold(super::page(), |call, n| call.with(&format!("Parameter{n}"), &value));
    let answer = call.style(super::Style::RpcForm).secret("nobodys").send(&mock).await;
    let diagnosis = diagnosis(&mock, &answer).await;
    assert_eq!(diagnosis["certain"], false);
    assert!(diagnosis["what"].as_str().is_some_and(|what| what.contains("16384 at most")), "{diagnosis}");
}

/// An encoder as a library could have it: what stands bare besides letters, digits and `-_.`, and
/// how the rest is written.
fn encoder(bare: &'static str, plus: bool, tilde: bool, lower: bool) -> impl Fn(&str) -> String {
    move |text| {
        text.bytes().fold(String::new(), |mut encoded, byte| {
            let c = char::from(byte);
            match byte {
                _ if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) => encoded.push(c),
                b'~' if !tilde => encoded.push(c),
                b' ' if plus => encoded.push('+'),
                _ if bare.contains(c) && byte < 128 => encoded.push(c),
                _ if lower => write!(encoded, "%{byte:02x}").expect("a String takes every text"),
                _ => write!(encoded, "%{byte:02X}").expect("a String takes every text"),
            }
            encoded
        })
    }
}

#[tokio::test]
async fn every_combination_of_what_libraries_encode_is_named_inside_and_outside() {
    let mock = Mock::of(SCENARIO).await;
    let bares = ["", "/", ":", "*", "!()*", "!'()*", "$&+:=@", "!#$&'()*+,/:;=?@", "@"];
    let mut n = 0;
    for bare in bares {
        for flags in 0..8 {
            let encode = encoder(bare, flags & 1 > 0, flags & 2 > 0, flags & 4 > 0);
            for (inner, outer) in [(true, true), (true, false), (false, true)] {
                n += 1;
                let answer = rpc(&mock, &format!("combination-{n}"), |pairs| {
                    let pairs = sorted(pairs.clone());
                    let query = if inner { joined(&pairs, &encode) } else { joined(&pairs, pct) };
                    signed(&format!("GET&%2F&{}", if outer { encode(&query) } else { pct(&query) }))
                })
                .await;
                // Where nothing that is sent tells the encoders apart, the signature is right.
                if answer.status == 200 {
                    continue;
                }
                let diagnosis = diagnosis(&mock, &answer).await;
                assert_eq!(diagnosis["certain"], true, "{bare} {flags} {inner} {outer}: {diagnosis:#}");
            }
        }
    }
}

#[tokio::test]
async fn a_signature_that_was_damaged_on_its_way_is_told_from_a_wrong_one() {
    let mock = Mock::of(SCENARIO).await;
    let (mut safe, mut n) = (false, 0);
    while !safe {
        n += 1;
        let answer = rpc(&mock, &format!("safe-{n}"), |pairs| {
            signed(&to_sign(pairs, pct)).replace('+', "-").replace('/', "_")
        })
        .await;
        if answer.status != 200 {
            safe = true;
            assert_eq!(diagnosis(&mock, &answer).await["cause"], "signature_url_safe");
        }
    }
    let answer = rpc(&mock, "line", |pairs| signed(&to_sign(pairs, pct)) + "\n").await;
    assert_eq!(diagnosis(&mock, &answer).await["cause"], "signature_with_blanks");
}

#[tokio::test]
async fn where_nothing_fits_a_signed_host_is_named_first_and_nothing_is_called_probable() {
    let mock = Mock::of(SCENARIO).await;
    let unknown = Acs3 { host: |_| "somewhere.example.com".to_owned(), ..RIGHT };
    let answer = acs3(&mock, "unknown-host", &unknown).await;
    let diagnosis = diagnosis(&mock, &answer).await;
    let what = diagnosis["what"].as_str().expect("a text");
    let place = |word: &str| what.find(word).unwrap_or_else(|| panic!("{word}: {what}"));
    assert!(place("Host") < place("encoded") && place("encoded") < place("secret"), "{what}");
    assert!(!what.contains("probably"), "{what}");
    let hint = answer.header("x-callmock-hint");
    assert!(hint.contains("should_have_signed") && hint.contains("/signature)"), "{hint}");
}

#[tokio::test]
async fn a_time_of_another_zone_and_one_of_another_form_are_named() {
    let mock = Mock::of(SCENARIO).await;
    let explained = async |time: &str| {
        super::page().time(time).send(&mock).await;
        let seq = mock.journal().await.pop().expect("an exchange")["seq"].as_u64().expect("a number");
        mock.get(&format!("/_mock/journal/{seq}/signature")).await.json()["signature"].clone()
    };
    let shifted = |minutes: i64| {
        (now() + chrono::TimeDelta::minutes(minutes)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    };
    for (minutes, zone) in
        [(8 * 60, "UTC+08:00"), (9 * 60, "UTC+09:00"), (-5 * 60, "UTC-05:00"), (330, "UTC+05:30")]
    {
        let explained = explained(&shifted(minutes)).await;
        assert_eq!(explained["cause"], "time");
        let what = explained["what"].as_str().expect("a text");
        assert!(what.contains(&format!("the zone {zone}, written as Z")), "{what}");
    }
    let hours = explained(&shifted(40 * 60)).await;
    assert!(
        hours["what"].as_str().is_some_and(|what| what.ends_with(" s ahead")),
        "no zone is that far: {hours}"
    );
    for (time, what) in [
        ("2024-05-14T12:00:00+08:00", "the time has an offset from UTC"),
        ("2024-05-14T12:00:00.000Z", "the time has parts of a second"),
        ("2024-05-14 12:00:00Z", "a blank stands where a T belongs"),
        ("2024-05-14T12:00:00+0000", "UTC is not written as Z"),
        ("yesterday", "the time is not in this format"),
    ] {
        let explained = explained(time).await;
        assert_eq!(
            (&explained["cause"], &explained["what"]),
            (&"time_format".into(), &what.into()),
            "{time}"
        );
        assert!(explained["fix"].as_str().is_some_and(|fix| fix.contains("YYYY-MM-DDThh:mm:ssZ")));
    }
}

#[tokio::test]
async fn every_refusal_of_the_gateway_up_to_the_signature_says_what_to_do() {
    let mock = Mock::of(super::CALLS).await;
    let page = || super::page();
    for (cause, call) in [
        ("missing", page().without("AccessKeyId")),
        ("missing", page().without("SignatureNonce")),
        ("missing", page().without("Version")),
        ("repeated", page().again("PageSize", "1")),
        ("format", page().with("Format", "YAML")),
        ("action", page().with("Action", "Nothing")),
        ("version", page().with("Version", "1")),
        ("signature_method", page().with("SignatureMethod", "MD5")),
        ("access_key", page().key("nobody")),
        ("access_key", page().key("off")),
        ("security_token", page().key("sts").token("a b")),
        ("security_token", page().key("sts").token("other")),
        ("security_token", page().key("old").token("OLD")),
        ("missing", page().without("Signature")),
        ("forbidden", page().key("denied")),
    ] {
        let answer = call.send(&mock).await;
        assert!(answer.status >= 400, "{cause}");
        let seq = mock.journal().await.pop().expect("an exchange")["seq"].as_u64().expect("a number");
        let explained = mock.get(&format!("/_mock/journal/{seq}/signature")).await;
        assert_eq!(explained.status, 200, "{cause}: {} {}", answer.body, explained.body);
        let signature = &explained.json()["signature"];
        assert_eq!(signature["cause"], cause, "{signature}");
        let fix = signature["fix"].as_str().expect("a text");
        let hint = answer.header("x-callmock-hint");
        let place = format!(" (more at /_mock/journal/{seq}/signature)");
        assert!(hint.ends_with(&format!("{fix}{place}")), "{fix}: {hint}");
    }
}
