//! A request for each finding of CCAI Platform that shows at once.

use serde_json::json;

use super::{CALLS, ask, basic, create, inbound, outbound, scheduled, with};
use crate::mock::{Answer, Mock, REAL, send};

/// Each finding, with the answer to the request that causes it.
pub async fn answers(mock: &Mock) -> Vec<(&'static str, Answer)> {
    let post = || mock.request("POST", CALLS).header("content-type", "application/json");
    let created = create(mock, &outbound()).await.json()["id"].to_string();
    let flag = &format!("{CALLS}/{created}/customer_flag");
    let mut causes = vec![
        (
            "ccai.deprecated_call_type",
            create(mock, &with(outbound(), "call_type", json!("OutboundCall"))).await,
        ),
        ("ccai.unknown_key", create(mock, &with(outbound(), "agentEmail", json!("x"))).await),
        (
            "ccai.naive_time",
            create(mock, &with(scheduled(), "scheduled_at", json!("2030-01-01T09:00:00"))).await,
        ),
        ("ccai.content_type", {
            let request = mock.request("POST", CALLS).header("authorization", basic("acme", "mock-token"));
            send(request.body(outbound().to_string())).await
        }),
        ("ccai.number_as_text", create(mock, &with(inbound(), "menu_id", json!("9"))).await),
        ("ccai.two_targets", create(mock, &with(outbound(), "ticket_id", json!("1"))).await),
        ("ccai.secret_in_url", {
            ask(mock, "POST", &format!("{CALLS}?token=abc"), &outbound().to_string()).await
        }),
        ("ccai.real_looking_key", {
            send(post().header("authorization", basic("acme", REAL)).body(outbound().to_string())).await
        }),
        ("ccai.refused_again", {
            let wrong = with(outbound(), "end_user_number", json!("12"));
            create(mock, &wrong).await;
            create(mock, &wrong).await
        }),
        ("ccai.body_on_get", ask(mock, "GET", flag, "{}").await),
        ("ccai.plural_flag", ask(mock, "PATCH", flag, r#"{"repeat_customers":true}"#).await),
        ("ccai.authorization_scheme", {
            send(mock.request("POST", CALLS).header("authorization", "Bearer token")).await
        }),
        ("ccai.dirty_credential", {
            send(post().header("authorization", basic("acme", "mock-token\n")).body("{}")).await
        }),
        ("ccai.not_emulated", ask(mock, "GET", &format!("{CALLS}/514"), "").await),
    ];
    for (id, queries) in [
        ("ccai.unknown_parameter", vec!["?updated_at=2024-05-14T00:00:00Z"]),
        ("ccai.repeated_parameter", vec!["?page=1&page=2"]),
        ("ccai.unknown_sort", vec!["?sort_column=agent_info"]),
        ("ccai.bad_page", vec!["?page=0"]),
        ("ccai.per_over_max", vec!["?per=101"]),
        ("ccai.repeated_page", vec!["?per=9", "?per=9&page=2", "?per=9&page=2"]),
        ("ccai.page_size_changed", vec!["?per=8", "?per=7&page=2"]),
        ("ccai.search_changed", vec!["?per=6&sort_column=rating", "?per=6&page=2&sort_column=status"]),
    ] {
        let mut answers = vec![];
        for query in queries {
            answers.push(ask(mock, "GET", &format!("/manager/api/v1/calls{query}"), "").await);
        }
        causes.push((id, answers.pop().expect("an answer")));
    }
    causes
}
