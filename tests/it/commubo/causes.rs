//! A request for each finding of commubo that shows at once.

use super::{TENANT, TOKEN};
use crate::mock::{Answer, Mock, REAL, send};

async fn get(mock: &Mock, path: &str, token: &str, more: &[(&str, &str)]) -> Answer {
    let request = mock.request("GET", path).header("x-commubo-tenantId", TENANT);
    let request = request.header("x-commubo-accessToken", token);
    send(more.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

/// Each finding, with the answer to the request that causes it.
pub async fn answers(mock: &Mock) -> Vec<(&'static str, Answer)> {
    let day = "start=2024-05-14&end=2024-05-15";
    let list = &format!("/v1/calls?{day}");
    let id = get(mock, list, TOKEN, &[]).await.json()[0]["callId"].take();
    let call = &format!("/v1/calls/{}", id.as_str().expect("an id"));
    let with_body = |body: &'static str| {
        let request = mock.request("GET", list).header("x-commubo-tenantId", TENANT);
        send(request.header("x-commubo-accessToken", TOKEN).body(body))
    };
    vec![
        ("commubo.unknown_parameter", get(mock, &format!("{list}&expnd=all"), TOKEN, &[]).await),
        ("commubo.body_sent", with_body("{}").await),
        ("commubo.same_day", get(mock, "/v1/calls?start=2024-05-14&end=2024-05-14", TOKEN, &[]).await),
        ("commubo.unbounded", get(mock, "/v1/calls", TOKEN, &[]).await),
        ("commubo.expand_on_call", get(mock, &format!("{call}?expand=all"), TOKEN, &[]).await),
        ("commubo.authorization_sent", get(mock, list, TOKEN, &[("authorization", "Bearer x")]).await),
        ("commubo.secret_in_url", get(mock, &format!("{list}&accessToken={TOKEN}"), TOKEN, &[]).await),
        ("commubo.real_looking_key", get(mock, list, REAL, &[]).await),
        ("commubo.refused_again", {
            get(mock, "/v1/calls?start=yesterday", TOKEN, &[]).await;
            get(mock, "/v1/calls?start=yesterday", TOKEN, &[]).await
        }),
        ("commubo.dirty_credential", get(mock, list, &format!("\"{TOKEN}\""), &[]).await),
        ("commubo.not_emulated", get(mock, &format!("{call}/conversations"), TOKEN, &[]).await),
    ]
}
