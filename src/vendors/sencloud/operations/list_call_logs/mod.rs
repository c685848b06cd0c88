//! `POST /v1/shop.Sencloud/ListCallLogs`: a page of a shop's call logs, newest first (page L1-17,
//! L285-289).

mod behaviors;
mod body;
mod rows;
mod search;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::contract::{Operation, Readings, Route};
use crate::universe::CallOutcome;
use crate::vendor::openapi::{self, Described, Document};
use crate::vendor::recording::{Links, tells_of_file};
use crate::vendor::{
    Context, Endpoint, Field, Neutral, Outcome, Precision, Tells, handler, row, shows_ended, written,
};
use crate::vendors::sencloud::NAME;
use crate::vendors::sencloud::auth::Shop;
use crate::vendors::sencloud::cursor::{Cursor, CursorKind, Position};
use crate::vendors::sencloud::error::{self, ErrorBody};
use crate::vendors::sencloud::findings;
use crate::vendors::sencloud::logs::{CallLog, Log};
use crate::vendors::sencloud::posted::Posted;
use crate::vendors::sencloud::readings::Edges;
use crate::vendors::sencloud::style::{List, Style};
use body::{Body, Decoded};
use rows::{Rows, note_step};
use search::{Page, Search, Travel};

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "list_call_logs",
        // The operation has a path for each white label (4b).
        route: Route::Path {
            methods: &["POST"],
            template: "/v1/shop.Sencloud/ListCallLogs",
            aliases: &[
                "/v1/shop.Etelecom/ListCallLogs",
                "/v1/partner.Etelecom/ListCallLogs",
                "/v1/shop.Interits/ListCallLogs",
            ],
        },
        page: "https://docs.sencloud.vn/api-sencloud/tong-dai/voip-api/lay-lich-su-cuoc-goi",
        summary: "Lists a shop's call logs; also under shop.Etelecom, partner.Etelecom and shop.Interits.",
        source: "page L1-17",
        open: false,
        behaviors: behaviors::BEHAVIORS,
        refusals: behaviors::REFUSALS,
    },
    handler: handler!(list_call_logs),
    refusals: behaviors::samples,
    describe,
    shows: shows_ended,
    tells,
};

/// The usual length of a log in an answer, in bytes.
const ROW: usize = 1000;

/// Lists a page of a shop's call logs.
///
/// The arguments are the checks in the service's order (4): method, content type, path, JSON, key,
/// values.
async fn list_call_logs(
    _: Posted,
    _: Body,
    shop: Shop,
    search: Search,
    links: Links,
    context: Context,
) -> Response {
    let world = &context.world;
    let list = (&shop.id, search.filter.others());
    let window = context.asked(&findings::LISTING, list, search.filter.dates());
    let view = context.view();
    let work = Rows::work(&view, &shop, &search);
    let Page { limit, from, travel, .. } = search.page;
    let find = move || {
        let list = Rows::of(&view, &shop, &search);
        let mut rows = list.beyond(from, travel, limit + 1);
        let more_beyond = rows.len() > limit;
        rows.truncate(limit);
        // Nothing is before the row at the edge of the list.
        let before = from.and(rows.first());
        let more_behind = before.is_some_and(|first| !list.beyond(Some(*first), travel.back(), 1).is_empty());
        (rows, more_beyond, more_behind, view, shop, search)
    };
    let (mut rows, more_beyond, more_behind, view, shop, search) = context.search(work, find).await;
    let (more_before, more_after) = match travel {
        Travel::Onward => (more_behind, more_beyond),
        Travel::Back => {
            rows.reverse();
            (more_beyond, more_behind)
        }
    };

    // A request for one log without a cursor wants the latest call, not a walk through the list.
    let wants_list = limit > 1 || from.is_some();
    note_step(&context, (&shop, &search), window, from, rows.last().filter(|_| more_after && wants_list));
    let outcome = if rows.is_empty() { &behaviors::EMPTY } else { &behaviors::LISTED };
    let always = world.reading::<Edges>() == Edges::Always;
    // Where every page has a `next`, a client learns only from an empty page that the list has
    // ended.
    if rows.is_empty() && from.is_some() && !always {
        context.notes.finding(&findings::PAGE_PAST_END);
    }
    let cursor = |position: Option<&Position>, more: bool, kind| {
        let position = position.filter(|_| more || always);
        position.map_or_else(String::new, |at| {
            Cursor { kind, sort: search.page.sort, at: *at, list: search.list }.seal(&view, &shop)
        })
    };
    let prev = cursor(rows.first(), more_before, CursorKind::Prev);
    let next = cursor(rows.last(), more_after, CursorKind::Next);
    for row in &rows {
        world.showed(NAME, row.ordinal);
    }
    let logs = rows.iter().filter_map(|row| Log::past(&view, row.ordinal));
    let page = Answer::of((rows.is_empty(), logs), &search, (prev, next), &links, Style::of(world));
    let body = written(&page, 512 + rows.len() * ROW);
    (Outcome(outcome), [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

row! {
    /// The answer: a page of logs.
    #[schemars(deny_unknown_fields)]
    struct Answer<'a> {
        "call_logs" = call_logs: List<'a, CallLog<'a>>,
        "paging" = paging: Paging<'a>,
    }
}

row! {
    #[schemars(deny_unknown_fields)]
    struct Paging<'a> {
        "after" = after: &'a str,
        "before" = before: &'a str,
        "limit" = limit: usize,
        "next" = next: String,
        "prev" = prev: String,
        "sort" = sort: &'a str,
    }
}

impl<'a> Answer<'a> {
    fn of(
        (is_empty, logs): (bool, impl Iterator<Item = Log<'a>> + 'a),
        search: &'a Search,
        (prev, next): (String, String),
        links: &'a Links,
        style: Style,
    ) -> Self {
        let Page { limit, echo, .. } = &search.page;
        let call_logs = style.rows(is_empty, logs.map(move |log| log.item(style, links)));
        let paging =
            Paging { after: &echo.after, before: &echo.before, limit: *limit, next, prev, sort: &echo.sort };
        Self { call_logs, paging }
    }
}

/// How precisely the list tells a field of the neutral call.
fn tells(call: &Neutral, field: Field) -> Tells {
    // Ringing and answer are shown only in `call_targets`, which is empty for a call without an
    // agent.
    let target = call.agent.is_some();
    match field {
        Field::RecordingUrl | Field::RecordingBytes | Field::RecordingSha256 => tells_of_file(call, field),
        Field::Direction | Field::From | Field::To | Field::Talk => Tells::Exactly,
        // The readings give times in one of two precisions (A29).
        Field::At | Field::EndedAt => Tells::To(&[Precision::Micros, Precision::Millis]),
        Field::AnsweredAt if target || call.answered_at.is_none() => {
            Tells::To(&[Precision::Micros, Precision::Millis])
        }
        Field::Ring if target => Tells::Exactly,
        Field::Outcome if call.outcome == Some(CallOutcome::Answered) => Tells::Exactly,
        Field::Outcome => Tells::As("not_answered"),
        Field::Agent | Field::Customer => Tells::ByItsOwnId,
        Field::AnsweredAt
        | Field::Dial
        | Field::Ivr
        | Field::Wait
        | Field::Ring
        | Field::Hold
        | Field::Queue
        | Field::Parent
        | Field::RecordingDuration
        | Field::RatingScore
        | Field::RatingLabel
        | Field::RatingChannel => Tells::Nothing,
    }
}

/// The page's sample answers (page L53-103 and the other sample).
const SAMPLES: &str = include_str!("samples.json");

fn describe(document: &mut Document, operation: &'static Operation, _: &Readings) {
    let request = document.request_schema::<Decoded>();
    let logs = document.schema::<Answer<'_>>();
    let refusal = document.schema::<ErrorBody>();
    let mut codes: Vec<&str> = vec![];
    for code in error::REFUSALS.iter().chain(operation.refusals).flat_map(|refusal| refusal.codes) {
        if !codes.contains(code) {
            codes.push(code);
        }
    }
    let refusal = json!({ "allOf": [refusal], "properties": { "code": { "enum": codes } } });
    let samples: Vec<Value> = serde_json::from_str(SAMPLES).expect("the page's samples are JSON");
    let json = |schema| openapi::Answer { content: vec![("application/json", schema)], headers: Value::Null };
    document.add(Described {
        operation,
        id: operation.id.to_owned(),
        method: "post",
        parameters: vec![],
        request_body: Some(json!({
            "required": true,
            "content": { "application/json": {
                "schema": request,
                "examples": { "page L111-113": { "value": { "extension_ids": ["101"] } } },
            } },
        })),
        success: vec![(200, json(logs))],
        refusal: json(refusal),
        // The other sample leaves out members that this one has, but the service always sends them
        // (1.2).
        examples: samples
            .into_iter()
            .take(1)
            .map(|sample| (200, "page L53-103".to_owned(), sample))
            .collect(),
    });
}
