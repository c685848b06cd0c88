//! R3 to R5, S3, A17 to A20: who may ask.

use super::{TENANT, TOKEN, VECTORS, list};
use crate::mock::{Mock, send};

async fn status(mock: &Mock, headers: &[(&str, &str)]) -> (u16, String) {
    let request =
        headers.iter().fold(mock.request("GET", "/v1/calls"), |r, (name, value)| r.header(*name, *value));
    let answer = send(request).await;
    (answer.status, answer.outcome().to_owned())
}

#[tokio::test]
async fn both_headers_are_needed_once_and_must_belong_together() {
    let two = VECTORS.replace("commubo: [{", "commubo: [{tenant_id: OTHER, access_token: OTHER-TOKEN}, {");
    let mock = Mock::of(&two).await;
    let (tenant, token) = (("x-commubo-tenantId", TENANT), ("x-commubo-accessToken", TOKEN));
    let missing = "commubo.any.missing_credentials";
    for (headers, expected) in [
        (&[tenant, token][..], (200, "commubo.list_calls.listed")),
        (&[], (403, missing)),
        (&[tenant], (403, missing)),
        (&[token], (403, missing)),
        (&[tenant, tenant, token], (403, missing)),
        (&[tenant, ("x-commubo-accessToken", "")], (403, "commubo.any.wrong_token")),
        (&[("x-commubo-tenantId", "nobody"), token], (403, "commubo.any.unknown_tenant")),
        // A19: a right token of another tenant.
        (&[tenant, ("x-commubo-accessToken", "OTHER-TOKEN")], (403, "commubo.any.wrong_token")),
        // A20: the tenant id is compared exactly.
        (
            &[("x-commubo-tenantId", "12345678-90ab-cdef-1234-567890abcdef"), token],
            (403, "commubo.any.unknown_tenant"),
        ),
        // R3: names of headers are not.
        (
            &[("X-COMMUBO-TENANTID", TENANT), ("x-commubo-accesstoken", TOKEN)],
            (200, "commubo.list_calls.listed"),
        ),
    ] {
        let (status, outcome) = status(&mock, headers).await;
        assert_eq!((status, outcome.as_str()), expected, "{headers:?}");
    }
}

#[tokio::test]
async fn access_is_refused_before_the_query_is_looked_at() {
    let mock = Mock::of(VECTORS).await;
    let refused = mock.get("/v1/calls?start=nonsense").await;
    assert_eq!(refused.status, 403);
    assert_eq!(list(&mock, "?start=nonsense").await.status, 406);
}

#[tokio::test]
async fn a_tenant_sees_only_the_calls_that_it_holds() {
    let two = VECTORS
        .replace("commubo: [{", "commubo: [{tenant_id: OTHER, access_token: OTHER-TOKEN}, {")
        .replace("{id: A,", "{id: A, on: [commubo/OTHER],")
        .replace("{id: B,", "{id: B, on: [alibaba],");
    let mock = Mock::of(&two).await;
    assert_eq!(super::ids(&list(&mock, "").await), ["D", "U", "C"]);
    let other = mock.request("GET", "/v1/calls");
    let other =
        send(other.header("x-commubo-tenantId", "OTHER").header("x-commubo-accessToken", "OTHER-TOKEN"))
            .await;
    assert_eq!(super::ids(&other), ["D", "U", "A", "C"]);
}
