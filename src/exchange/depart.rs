//! Step 3: what an answer tells of its client, the headers of callmock, and the journal.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

use super::arrive::Arrival;
use super::{HangUp, conduct};
use crate::vendor::{Learned, Outcome};

static WORLD: HeaderName = HeaderName::from_static("x-callmock-world");
static BEHAVIOR: HeaderName = HeaderName::from_static("x-callmock-behavior");
static FINDINGS: HeaderName = HeaderName::from_static("x-callmock-findings");
static HINT: HeaderName = HeaderName::from_static("x-callmock-hint");
static FAULT: HeaderName = HeaderName::from_static("x-callmock-fault");

/// Sends an answer on its way, as the faults want it, with the journal following it to its end.
pub async fn depart<E>(mut arrival: Arrival, mut response: Response) -> Result<Response, E> {
    let learned = learn(&mut arrival, &mut response);
    let date = arrival.context.world.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if !response.headers().contains_key(header::DATE)
        && let Ok(date) = HeaderValue::from_str(&date)
    {
        response.headers_mut().insert(header::DATE, date);
    }
    let learned = conclude(&mut arrival, &response, learned);
    if arrival.app.debug_headers {
        tell(&arrival, &mut response, &learned);
    }
    let Some(response) = arrival.injection.shape(response, &arrival.parts, &arrival.handle) else {
        if let Some(taken) = &learned.walk {
            arrival.context.world.walks().undo(taken);
        }
        return arrival.hanging_up(HangUp::Close).await;
    };
    Ok(arrival.record.sending(response, learned))
}

/// What was noted on the way, with what the request itself tells.
fn learn(arrival: &mut Arrival, response: &mut Response) -> (Option<Outcome>, Learned) {
    let Arrival { vendor, context, parts, .. } = arrival;
    let outcome = response.extensions_mut().remove::<Outcome>();
    let mut learned = context.notes.take(outcome);
    conduct::body_as_sent(*vendor, parts, &context.body, &mut learned);
    if let Some((finding, name)) = conduct::secret_in_url(*vendor, &context.world, parts) {
        learned.found_of(finding, || format!("parameter `{name}`"));
    }
    (outcome, learned)
}

/// What the answer came to among the attempts at the same.
fn conclude(
    arrival: &mut Arrival,
    response: &Response,
    (outcome, mut learned): (Option<Outcome>, Learned),
) -> Learned {
    if let Some(attempt) = arrival.attempt.take() {
        let outcome = outcome.map(|Outcome(behavior)| behavior);
        attempt.answered(arrival.vendor, &arrival.context.world, outcome, response, &mut learned);
    }
    learned
}

/// Adds the headers of callmock.
fn tell(arrival: &Arrival, response: &mut Response, learned: &Learned) {
    let hint = if response.status().is_client_error() { learned.hint() } else { None };
    let headers = response.headers_mut();
    let mut set = |name: &HeaderName, value: &str| {
        if let Some(value) = HeaderValue::from_str(value).ok().filter(|value| !value.is_empty()) {
            headers.insert(name, value);
        }
    };
    let ids = |ids: Vec<&str>| ids.join(",");
    set(&WORLD, arrival.context.world.id());
    set(&BEHAVIOR, &ids(learned.met.behaviors.iter().map(|behavior| behavior.id).collect()));
    set(&FINDINGS, &ids(learned.met.findings.iter().map(|finding| finding.id).collect()));
    set(&HINT, &hint.unwrap_or_default());
    set(&FAULT, &ids(arrival.record.faults()));
}
