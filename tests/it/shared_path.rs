//! Two vendors that own one path: the credential of the request decides, then the host's label,
//! then the order of the list. The second vendor exists in this test only.

use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use callmock::contract::{
    Behavior, Catalogue, Common, Finding, Inference, Number, Operation, ReachedBy, Readings, Recovery,
    Refusal, Route, Severity, Standing,
};
use callmock::server::Settings;
use callmock::universe::Ordinal;
use callmock::vendor::openapi::Document;
use callmock::vendor::recording::Links;
use callmock::vendor::{
    AnyRefusal, Endpoint, Handler, Outcome, Paths, Refusing, SecretPlaces, Unhandled, Vendor, Who,
    credential, run, shows_none, tells_nothing,
};
use callmock::vendors;
use callmock::world::{View, World};
use serde_json::{Map, Value, json};

use crate::commubo::{TENANT, TOKEN};
use crate::mock::{Answer, Mock, send};

/// A vendor with the list's path of another, and tokens that are secret as a whole.
struct Twin;

static LISTED: Behavior = Behavior {
    id: "twin.list.listed",
    status: Some(200),
    summary: "A list.",
    source: "this test",
    standing: Standing::Choice,
    reached_by: ReachedBy::Request,
    recovery: Recovery::Never,
    number: Number::none(),
};

static REFUSED: Refusal = Refusal {
    behavior: Behavior {
        id: "twin.any.refused",
        status: Some(404),
        summary: "Anything else.",
        source: "this test",
        standing: Standing::Choice,
        reached_by: ReachedBy::Request,
        recovery: Recovery::Never,
        number: Number::none(),
    },
    codes: &[],
};

#[derive(Debug)]
struct No;

impl std::fmt::Display for No {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no")
    }
}

impl Refusing for No {
    fn row(&self) -> &'static Refusal {
        &REFUSED
    }
}

static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "list",
        route: Route::of(&["GET"], "/v1/calls"),
        page: "https://example.com",
        summary: "Lists.",
        source: "this test",
        open: false,
        behaviors: &[&LISTED],
        refusals: &[],
    },
    handler: |request| run(list, request),
    refusals: |_| vec![],
    describe: |_, _, _: &Readings| {},
    shows: shows_none,
    tells: tells_nothing,
};

async fn list() -> Response {
    (Outcome(&LISTED), "the twin's list").into_response()
}

async fn unmatched(request: Parts) -> Response {
    Twin.refused(&request, No.into())
}

static FINDING: Finding = Finding {
    id: "twin.none",
    severity: Severity::Note,
    summary: ".",
    why: ".",
    fix: ".",
    number: Number::none(),
};
static INFERENCE: Inference = Inference { id: "twin.none", summary: ".", number: Number::none() };
static COMMON: Common = Common {
    retried_at_once: &FINDING,
    retry_after_ignored: &FINDING,
    refused_again: &FINDING,
    secret_in_url: &FINDING,
    content_encoding: &FINDING,
    byte_order_mark: &FINDING,
    waited: &INFERENCE,
    retried: &INFERENCE,
    credential_corrected: &INFERENCE,
};
static CATALOGUE: Catalogue = Catalogue {
    vendor: "twin",
    product: "Twin",
    page: "https://example.com",
    credential: "bearer",
    operations: &[&ENDPOINT.operation],
    not_emulated: &[],
    features: &[],
    refusals: &[&REFUSED],
    readings: &[],
    findings: &[&FINDING],
    inferences: &[&INFERENCE],
    common: &COMMON,
    ways: &[],
};

impl Vendor for Twin {
    fn catalogue(&self) -> &'static Catalogue {
        &CATALOGUE
    }

    fn endpoints(&self) -> &'static [&'static Endpoint] {
        static ALL: &[&Endpoint] = &[&ENDPOINT];
        ALL
    }

    fn unmatched(&self) -> Handler {
        |request| run(unmatched, request)
    }

    fn paths(&self) -> &'static [Paths] {
        &[Paths::Under("/v1/")]
    }

    fn secure(&self, _: &mut Document) {}

    fn refused(&self, _: &Parts, refusal: AnyRefusal) -> Response {
        (axum::http::StatusCode::NOT_FOUND, Outcome(&refusal.row().behavior), refusal.text()).into_response()
    }

    fn unhandled(&self, _: Unhandled) -> AnyRefusal {
        No.into()
    }

    fn shared_refusals(&self, _: &Parts) -> Vec<AnyRefusal> {
        vec![No.into()]
    }

    fn secrets(&self) -> SecretPlaces {
        SecretPlaces { headers: &["authorization"], parameters: &[], query: &[] }
    }

    fn public_half(&self, request: &Parts, _: &Bytes) -> Option<String> {
        credential::authorization(&request.headers).and_then(credential::bearer).map(str::to_owned)
    }

    fn call_id(&self, _: &View, _: Ordinal) -> Option<String> {
        None
    }

    fn shown(&self, _: &World, _: Ordinal, _: &Links) -> Option<Vec<u8>> {
        None
    }

    fn known_as(&self, _: &World, _: Who) -> Map<String, Value> {
        Map::new()
    }

    fn hosts(&self) -> &'static [&'static str] {
        &["twin.example"]
    }

    fn credentials(&self, _: &World) -> Option<Map<String, Value>> {
        None
    }

    fn setup(&self, _: &World, _: &str) -> Vec<callmock::vendor::setup::Setup> {
        vec![]
    }

    fn examples(&self, _: &World, _: &str) -> Vec<String> {
        vec![]
    }
}

/// A server of all vendors and the twin, which stands first or last in the list.
async fn mock(first: bool) -> Mock {
    let mut all = vendors::ALL.to_vec();
    all.insert(if first { 0 } else { all.len() }, &Twin);
    let settings = Settings { vendors: Box::leak(all.into_boxed_slice()), ..Settings::default() };
    Mock::with(crate::commubo::VECTORS, settings).await
}

async fn ask(mock: &Mock, headers: &[(&str, &str)]) -> Answer {
    let request = mock.request("GET", "/v1/calls");
    send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test]
async fn the_credential_decides_then_the_hosts_label_then_the_order_of_the_list() {
    let tenant = [("x-commubo-tenantId", TENANT), ("x-commubo-accessToken", TOKEN)];
    for first in [true, false] {
        let mock = mock(first).await;
        let to_the_list = ask(&mock, &tenant).await;
        assert_eq!(to_the_list.outcome(), "commubo.list_calls.listed");
        assert_eq!(ask(&mock, &[("authorization", "Bearer opaque")]).await.outcome(), "twin.list.listed");
        // Both credentials: the one that an account has.
        let both = [tenant[0], tenant[1], ("authorization", "Bearer opaque")];
        assert_eq!(ask(&mock, &both).await.outcome(), "commubo.list_calls.listed");
        // None: the label of the host, and without one the order.
        assert_eq!(ask(&mock, &[("host", "twin.localhost:1")]).await.outcome(), "twin.list.listed");
        let named = ask(&mock, &[("host", "commubo.localhost")]).await;
        assert_eq!(named.outcome(), "commubo.any.missing_credentials");
        let order = ask(&mock, &[]).await;
        assert_eq!(order.outcome().starts_with("twin."), first, "{}", order.outcome());
        // A path that is the other's alone is never shared.
        assert_eq!(mock.get("/v1/shop.Sencloud/x").await.outcome().split('.').next(), Some("sencloud"));
    }
}

#[tokio::test]
async fn a_credential_that_is_all_secret_selects_its_world() {
    let mock = Mock::of("callmock: 1\naccounts: {sencloud: [{api_key: ALLOFITISSECRET}]}\n").await;
    let world = mock.fork(json!({})).await;
    let key = world.credential("sencloud", "api_key").to_owned();
    assert!(!key.contains(':') && key != "ALLOFITISSECRET", "{key}");
    let answer = world.sencloud(&json!({})).await;
    assert_eq!((answer.status, answer.header("x-callmock-world")), (200, world.id()));
    let by_default = mock.default_world().await.sencloud(&json!({})).await;
    assert_eq!((by_default.status, by_default.header("x-callmock-world")), (200, "default"));
    assert!(!mock.get("/_mock/journal").await.body.contains("ALLOFITISSECRET"));
}
