//! Secrets stay out of whatever callmock keeps and shows of exchanges.

use serde_json::json;

use crate::mock::{Mock, REAL, send};
use crate::vendor;

/// The secret of every account here: no other text has it.
const SECRET: &str = "q7secretofthetest";

#[test]
fn the_name_of_a_secret_is_seen_in_whatever_spelling() {
    use callmock::world::is_secret_name as is_secret;
    for name in ["api-key", "X_Api_Key", "to-K-en-_", "TO\u{212a}EN", "x-client_secret", "PassWord", "Bearer"]
    {
        assert!(is_secret(name), "{name}");
    }
    for name in
        ["host", "accept", "user-agent", "tokens", "broken", "x-x-token", "n", "", "-", "\u{17f}ecret"]
    {
        assert!(!is_secret(name), "{name}");
    }
}

fn last_words(text: &str) -> String {
    let length = text.chars().count();
    text.chars().skip(length.saturating_sub(80)).collect()
}

#[tokio::test]
async fn a_secret_of_any_vendor_stands_in_no_journal_and_no_report() {
    let own = Mock::of(&vendor::day(25)).await;
    let own = own.default_world().await;
    let mut yaml = vendor::day(25);
    for vendor in vendor::ALL {
        let (_, secret) = vendor.parts(own.credentials(vendor.name()));
        yaml = yaml.replace(&secret, SECRET);
    }
    for vendor in vendor::ALL {
        let mock = Mock::of(&yaml).await;
        let world = mock.default_world().await;
        let own = world.credentials(vendor.name());
        let (public, secret) = vendor.parts(own);
        assert_eq!(secret, SECRET, "{vendor:?}");
        for (place, request) in vendor.places(&world, own) {
            let answer = send(request).await;
            assert!(answer.status < 300, "{vendor:?} in {place}: {}", answer.body);
        }
        // Where the vendor's clients put it: another's, with white space, with the halves
        // exchanged.
        for credentials in [
            vendor.credentials(own, &public, REAL),
            vendor.credentials(own, &public, &format!("{SECRET}.")),
            vendor.credentials(own, SECRET, &public),
            vendor.credentials(own, SECRET, REAL),
        ] {
            for (_, request) in vendor.places(&world, &credentials) {
                send(request).await;
            }
        }
        // And everywhere else: parameters, a path, a header, bodies, other schemes.
        let request = || vendor.request(&world, own);
        send(request().query(&[("whatever", SECRET), (SECRET, "x")])).await;
        send(request().query(&[("access_token", REAL)])).await;
        send(request().query(&[("Password", format!("{REAL}+/ é"))])).await;
        send(request().header("x-whatever", SECRET)).await;
        for scheme in ["Bearer", "Basic", "Token", ""] {
            for secret in [SECRET, REAL] {
                send(request().header("authorization", format!("{scheme} {secret}"))).await;
            }
        }
        for body in [
            json!({ "whatever": SECRET }).to_string(),
            json!({ SECRET: "x" }).to_string(),
            json!({ "password": REAL }).to_string(),
            format!("whatever={SECRET}&token={REAL}"),
            format!("{{{SECRET}"),
        ] {
            send(request().body(body)).await;
        }
        for path in [
            "/_mock/journal",
            "/_mock/findings",
            "/_mock/findings?format=sarif",
            "/_mock/coverage",
            "/_mock/coverage?format=html",
            "/_mock/coverage?format=text",
            "/_mock/coverage?format=junit",
        ] {
            let shown = mock.get(path).await;
            assert_eq!(shown.status, 200, "{path}");
            for secret in [SECRET, REAL] {
                // The texts before each place where it stands.
                let before: Vec<String> = shown.body.split(secret).map(last_words).collect();
                assert!(
                    before.len() == 1,
                    "{vendor:?}: {path} shows {secret}: {:#?}",
                    &before[..before.len() - 1]
                );
            }
        }
    }
}

#[tokio::test]
async fn a_secret_of_another_service_is_masked_by_the_name_of_its_place() {
    let mock = Mock::embedded("documented").await;
    let foreign = "pk-live-0123456789";
    for (name, is_secret) in
        [("x-api-key", true), ("api_key", true), ("x-auth-token", true), ("x-note", false)]
    {
        send(mock.request("GET", "/v1/calls").header(name, foreign)).await;
        let by_header = mock.get("/_mock/journal").await.body;
        assert_eq!(by_header.contains(foreign), !is_secret, "{name}: {by_header}");
        mock.get(&format!("/v1/calls?{name}={foreign}")).await;
        let by_query = mock.get("/_mock/journal").await.body;
        assert_eq!(by_query.contains(foreign), !is_secret, "{name}: {by_query}");
        send(mock.request("DELETE", "/_mock/journal")).await;
    }
}
