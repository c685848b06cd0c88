//! Step 3: conclusions about the client, the headers of callmock, and the journal.

use std::cell::RefCell;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use chrono::{DateTime, Datelike, Timelike, Utc};

use super::arrive::Arrival;
use super::conduct;
use crate::vendor::{Learned, Outcome, hints};
use crate::world::Worlds;

static WORLD: HeaderName = HeaderName::from_static("x-callmock-world");
static BEHAVIOR: HeaderName = HeaderName::from_static("x-callmock-behavior");
static FINDINGS: HeaderName = HeaderName::from_static("x-callmock-findings");
static HINT: HeaderName = HeaderName::from_static("x-callmock-hint");
static FAULT: HeaderName = HeaderName::from_static("x-callmock-fault");

/// Completes an answer and returns it, with its body shaped by faults and recorded in the journal.
///
/// # Errors
/// The request, if a fault ends its connection in place of the answer.
pub fn depart(mut arrival: Box<Arrival>, mut response: Response) -> Result<Response, Box<Arrival>> {
    let learned = learn(&mut arrival, &mut response);
    if !response.headers().contains_key(header::DATE) {
        response.headers_mut().insert(header::DATE, date(arrival.context.world.now()));
    }
    let learned = conclude(&mut arrival, &response, learned);
    let hint = hint(&mut arrival, &response, &learned);
    if arrival.app.debug_headers {
        tell(&arrival, &mut response, &learned, hint.as_deref());
    }
    let Some(response) = arrival.injection.shape(response, &arrival.parts, &arrival.handle) else {
        conduct::undo(&arrival.context.world, &learned);
        return Err(arrival);
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
        let Arrival { vendor, context, parts, .. } = &*arrival;
        let request = || conduct::tried(*vendor, parts, &context.body);
        attempt.answered(*vendor, &context.world, request, (outcome, response), &mut learned);
    }
    learned
}

/// The remedy for a refusal, in one line without secrets.
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

thread_local! {
    /// The second of which the date was written last, and the date.
    static LAST: RefCell<(i64, HeaderValue)> =
        const { RefCell::new((0, HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))) };
}

/// A time as the `Date` header writes it.
fn date(at: DateTime<Utc>) -> HeaderValue {
    let second = at.timestamp();
    LAST.with_borrow_mut(|(last, date)| {
        if *last != second {
            (*last, *date) = (second, write_date(at));
        }
        date.clone()
    })
}

fn write_date(at: DateTime<Utc>) -> HeaderValue {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (day, month) = (at.weekday().num_days_from_monday() as usize, at.month0() as usize);
    let mut text = *b"Mon, 00 Jan 0000 00:00:00 GMT";
    let mut put = |place: usize, width: u32, number: u32| {
        for (n, digit) in text[place..place + width as usize].iter_mut().rev().enumerate() {
            let tens = 10_u32.pow(u32::try_from(n).unwrap_or_default());
            *digit = b'0' + u8::try_from(number / tens % 10).unwrap_or_default();
        }
    };
    put(5, 2, at.day());
    put(12, 4, at.year().unsigned_abs());
    put(17, 2, at.hour());
    put(20, 2, at.minute());
    put(23, 2, at.second());
    text[..3].copy_from_slice(DAYS[day].as_bytes());
    text[8..11].copy_from_slice(MONTHS[month].as_bytes());
    HeaderValue::from_bytes(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// How many joined lists of ids each thread keeps.
const KEPT: usize = 8;

thread_local! {
    /// The lists of ids that were joined last, each with the header's value, the latest first. A
    /// client often meets the same again.
    static JOINED: RefCell<Vec<(Vec<&'static str>, HeaderValue)>> = const { RefCell::new(vec![]) };
}

/// The value of a header with some ids.
fn ids(ids: &(impl Iterator<Item = &'static str> + Clone)) -> Option<HeaderValue> {
    let mut first = ids.clone();
    let (first, second) = (first.next()?, first.next());
    if second.is_none() {
        return Some(HeaderValue::from_static(first));
    }
    JOINED.with_borrow_mut(|joined| {
        // An id lies in one place only.
        let place = |id: &'static str| (id.as_ptr(), id.len());
        let same = |known: &[&'static str]| ids.clone().map(place).eq(known.iter().copied().map(place));
        if let Some(at) = joined.iter().position(|(known, _)| same(known)) {
            joined[..=at].rotate_right(1);
        } else {
            let all: Vec<&str> = ids.clone().collect();
            let value = HeaderValue::from_str(&all.join(",")).ok()?;
            joined.truncate(KEPT - 1);
            joined.insert(0, (all, value));
        }
        joined.first().map(|(_, value)| value.clone())
    })
}

/// Adds the headers `x-callmock-…`.
fn tell(arrival: &Arrival, response: &mut Response, learned: &Learned, hint: Option<&str>) {
    let headers = response.headers_mut();
    let mut set = |name: &HeaderName, value: &str| {
        if let Some(value) = HeaderValue::from_str(value).ok().filter(|value| !value.is_empty()) {
            headers.insert(name, value);
        }
    };
    set(&WORLD, arrival.context.world.id());
    // A header has visible ASCII only.
    let is_visible = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    let visible = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
    match hint {
        Some(hint) if hint.bytes().all(is_visible) => set(&HINT, hint),
        Some(hint) => set(&HINT, &hint.chars().map(visible).collect::<String>()),
        None => {}
    }
    set(&FAULT, &arrival.record.faults().join(","));
    if let Some(behaviors) = ids(&learned.met.behaviors.iter().map(|behavior| behavior.id)) {
        headers.insert(&BEHAVIOR, behaviors);
    }
    if let Some(findings) = ids(&learned.met.findings.iter().map(|finding| finding.id)) {
        headers.insert(&FINDINGS, findings);
    }
}
