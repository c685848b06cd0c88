//! Step 3: conclusions about the client, the headers of callmock, and the journal.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

use super::arrive::Arrival;
use super::{HangUp, conduct};
use crate::vendor::{Learned, Outcome, hints};
use crate::world::Worlds;

static WORLD: HeaderName = HeaderName::from_static("x-callmock-world");
static BEHAVIOR: HeaderName = HeaderName::from_static("x-callmock-behavior");
static FINDINGS: HeaderName = HeaderName::from_static("x-callmock-findings");
static HINT: HeaderName = HeaderName::from_static("x-callmock-hint");
static FAULT: HeaderName = HeaderName::from_static("x-callmock-fault");

/// Completes an answer and returns it, with its body shaped by faults and recorded in the journal.
pub async fn depart<E>(mut arrival: Arrival, mut response: Response) -> Result<Response, E> {
    let learned = learn(&mut arrival, &mut response);
    let date = arrival.context.world.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if !response.headers().contains_key(header::DATE)
        && let Ok(date) = HeaderValue::from_str(&date)
    {
        response.headers_mut().insert(header::DATE, date);
    }
    let learned = conclude(&mut arrival, &response, learned);
    let hint = hint(&mut arrival, &response, &learned);
    if arrival.app.debug_headers {
        tell(&arrival, &mut response, &learned, hint.as_deref());
    }
    let Some(response) = arrival.injection.shape(response, &arrival.parts, &arrival.handle) else {
        if let Some(taken) = &learned.walk {
            arrival.context.world.walks().undo(taken);
        }
        return arrival.hanging_up(HangUp::Close).await;
    };
    Ok(arrival.record.sending(response, learned, hint))
}

/// Collects what the handler noted, and adds the findings about the request itself.
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

/// Adds the conclusions about retries.
fn conclude(
    arrival: &mut Arrival,
    response: &Response,
    (outcome, mut learned): (Option<Outcome>, Learned),
) -> Learned {
    let outcome = outcome.map(|Outcome(behavior)| behavior);
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        conduct::refused_page(arrival.vendor, &arrival.context, &arrival.parts, outcome, status.as_u16());
    }
    if let Some(attempt) = arrival.attempt.take() {
        attempt.answered(arrival.vendor, &arrival.context.world, outcome, response, &mut learned);
    }
    learned
}

/// What to do about a refusal, in one line without secrets.
fn hint(arrival: &mut Arrival, response: &Response, learned: &Learned) -> Option<String> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    if let [fault, ..] = arrival.record.faults()[..] {
        let world = under(arrival.context.world.id());
        return Some(format!(
            "the fault `{fault}` gave this answer; DELETE {world}/faults/{fault} removes it"
        ));
    }
    let refusal = learned.met.behaviors.first()?;
    let hint = learned.hint(|| {
        let own = arrival.vendor.hint(refusal, &arrival.parts);
        own.or_else(|| hints::shared(arrival.vendor, refusal, &arrival.parts))
    })?;
    let hint = arrival.record.mask(&hint).into_owned();
    // An explained signature has a page of its own.
    if learned.explanation.as_ref().is_some_and(|explanation| explanation.get("signature").is_some()) {
        let (world, seq) = (under(arrival.context.world.id()), arrival.record.number());
        return Some(format!("{hint} (more at {world}/journal/{seq}/signature)"));
    }
    Some(hint)
}

/// The path of a world's resources.
fn under(world: &str) -> String {
    if world == Worlds::DEFAULT { "/_mock".to_owned() } else { format!("/_mock/worlds/{world}") }
}

/// Adds the headers `x-callmock-…`.
fn tell(arrival: &Arrival, response: &mut Response, learned: &Learned, hint: Option<&str>) {
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
    // A header has visible ASCII only.
    let visible = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
    set(&HINT, &hint.unwrap_or_default().chars().map(visible).collect::<String>());
    set(&FAULT, &ids(arrival.record.faults()));
}
