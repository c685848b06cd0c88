//! `POST /apps/api/v1/calls`: creates an outbound, inbound or scheduled call (page L164-1905). Each
//! kind has its own checks (fact sheet 6).

mod call;
mod number;
mod order;
mod outcomes;

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use call::transferred;
use order::{CallOrder, INBOUND_KEYS, OUTBOUND_KEYS, Order, SCHEDULED_KEYS};
use outcomes::{
    AS_DOCUMENTED, BEHAVIORS, INBOUND_CREATED, OUTBOUND_ACCEPTED, OUTBOUND_ACCEPTED_ECHO, OUTBOUND_CREATED,
    REFUSALS, SCHEDULED_CREATED, samples,
};

use super::super::auth::Account;
use super::super::calls::CallObject;
use super::super::error;
use super::super::readings::{Accepted, ScheduledResponse};
use crate::contract::{Operation, Readings, Route};
use crate::universe::{CallOutcome, Direction, LATE, Magic, is_created_id};
use crate::vendor::openapi::{Answer, Described, Document};
use crate::vendor::{
    BySerde, Context, Endpoint, Field, Neutral, Outcome, Precision, Tells, handler, written,
};

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "create_call",
        route: Route::of(&["POST"], "/apps/api/v1/calls"),
        page: "https://docs.cloud.google.com/contact-center/ccai-platform/docs/apps-api-call",
        summary: "Creates an outbound, inbound or scheduled call.",
        source: "page L164-1905",
        open: false,
        behaviors: BEHAVIORS,
        refusals: REFUSALS,
    },
    handler: handler!(create_call),
    refusals: samples,
    describe,
    shows,
    tells,
};

/// Room in bytes for a created call.
const ROOM: usize = 1 << 10;

/// Creates a call, or accepts the request without one where the agent must choose first.
async fn create_call(account: Account, order: CallOrder, context: Context) -> Response {
    let world = &context.world;
    let CallOrder(order, magic) = order;
    if magic == Some(Magic::Late) {
        // On a running clock, the world's seconds pass faster or slower.
        tokio::time::sleep(Duration::from_secs(LATE).div_f64(world.clock().rate())).await;
    }
    let outcome = match &order {
        Order::ChooseFirst(echo) => {
            return match world.reading() {
                Accepted::Empty202 => (StatusCode::ACCEPTED, Outcome(&OUTBOUND_ACCEPTED), ()).into_response(),
                Accepted::Echo200 => (Outcome(&OUTBOUND_ACCEPTED_ECHO), Json(echo)).into_response(),
            };
        }
        Order::Outbound(_) => &OUTBOUND_CREATED,
        Order::Inbound(_) => &INBOUND_CREATED,
        Order::Scheduled(_) => &SCHEDULED_CREATED,
    };
    let shown_as = world.reading();
    if matches!(order, Order::Scheduled(_)) && shown_as == ScheduledResponse::AsDocumented {
        context.notes.behavior(&AS_DOCUMENTED);
    }
    let Ok((view, ordinal)) = world.create(|changes, view, ordinal| {
        Ok::<_, Infallible>(order.call(&account.settings, magic, changes, view, ordinal))
    });
    let first = view.call(ordinal).filter(|first| first.outcome == CallOutcome::Answered);
    if let Some(first) = first.filter(|_| magic == Some(Magic::Transferred)) {
        let second = transferred(first, ordinal, &view);
        let Ok(_) = world.create(|_, _, _| Ok::<_, Infallible>(second));
    }
    let body = written(&BySerde(&CallObject::of(&view, ordinal, shown_as)), ROOM);
    (StatusCode::CREATED, Outcome(outcome), [(header::CONTENT_TYPE, "application/json")], body)
        .into_response()
}

/// Whether the answer can show a call: only one that a client created.
fn shows(call: &Neutral) -> bool {
    is_created_id(&call.id)
}

/// How precisely the answer tells a field of the neutral call, as it is at creation.
fn tells(call: &Neutral, field: Field) -> Tells {
    // An outbound call has no menu, and its agent is known at creation. A queued call gets its
    // agent later, after its answer was sent.
    let placed = call.direction == Direction::Outbound && call.queue.is_none();
    match field {
        Field::Direction | Field::From | Field::To => Tells::Exactly,
        // The time of creation, or the time that the call is due.
        Field::At if placed => Tells::To(&[Precision::Millis]),
        Field::At => Tells::To(&[Precision::Seconds, Precision::Millis]),
        Field::Agent if !placed => Tells::Nothing,
        Field::Agent | Field::Customer | Field::Queue | Field::Parent => Tells::ByItsOwnId,
        // A call that was just created has no answer, end or outcome yet.
        Field::AnsweredAt
        | Field::EndedAt
        | Field::Dial
        | Field::Ivr
        | Field::Wait
        | Field::Ring
        | Field::Talk
        | Field::Hold
        | Field::Outcome
        | Field::RecordingUrl
        | Field::RecordingDuration
        | Field::RecordingBytes
        | Field::RecordingSha256
        | Field::RatingScore
        | Field::RatingLabel
        | Field::RatingChannel => Tells::Nothing,
    }
}

/// All POST examples of the page, requests and answers.
const EXAMPLES: &str = include_str!("create_call.json");

fn describe(document: &mut Document, operation: &'static Operation, _: &Readings) {
    let answer = |schema: Value| Answer { content: vec![("application/json", schema)], headers: Value::Null };
    let call = answer(document.schema::<CallObject<'_>>());
    let echo = json!({ "type": "object", "required": ["call_type"], "description": "Reading `ccai.accepted: echo_200`." });
    let file: Value = serde_json::from_str(EXAMPLES).expect("the page's examples are JSON");
    // Examples that are errors of the page are left out.
    let right = || {
        let all = file["examples"].as_array().into_iter().flatten();
        all.filter(|example| example.get("page_error").is_none())
    };
    let name = |example: &Value| format!("page L{}, {}", example["page_lines"][0], example["id"]);
    let requests: Map<String, Value> =
        right().map(|example| (name(example), json!({ "value": example["request"] }))).collect();
    let answers = right().filter_map(|example| {
        let status = u16::try_from(example["status"].as_u64()?).ok()?;
        Some((status, name(example), example["response"].clone()))
    });
    let refusal = error::answer(document);
    document.add(Described {
        operation,
        id: operation.id.to_owned(),
        method: "post",
        parameters: vec![],
        request_body: Some(json!({
            "required": true,
            "content": { "application/json": { "schema": orders(), "examples": requests } },
        })),
        success: vec![(200, answer(echo)), (201, call), (202, Answer::default())],
        refusal,
        examples: answers.filter(|(status, ..)| *status != 202).collect(),
    });
}

/// The schema of the request body: one variant for each kind of call.
fn orders() -> Value {
    let kind = |name: &str, keys: &[&str], required: &[&str]| {
        let members = keys.iter().map(|key| {
            let schema = match *key {
                "call_type" => json!({ "const": name }),
                key => member(key),
            };
            ((*key).to_owned(), schema)
        });
        json!({
            "title": name, "type": "object", "required": required, "properties": members.collect::<Map<_, _>>(),
        })
    };
    json!({ "anyOf": [
        kind("Voice Outbound (API)", &OUTBOUND_KEYS, &["call_type", "agent_email"]),
        kind("Voice Inbound (API)", &INBOUND_KEYS, &["call_type", "menu_id", "end_user_number"]),
        kind("Voice Scheduled (API)", &SCHEDULED_KEYS, &["call_type", "end_user_number", "scheduled_at"]),
    ] })
}

fn member(key: &str) -> Value {
    match key {
        "menu_id" | "call_id" => json!({ "type": "integer" }),
        "agent_email" => json!({ "type": "string", "format": "email" }),
        "scheduled_at" => json!({ "type": "string", "format": "date-time" }),
        _ => json!({ "type": "string" }),
    }
}
