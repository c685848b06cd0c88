//! The calls: a timeline of all of them, and a table with a search.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use maud::{Markup, html};

use super::frame::Frame;
use crate::universe::{Call, CallOutcome, Ordinal};
use crate::vendor::Neutral;

/// The most bars of the timeline, and its size.
const BARS: i64 = 120;
const WIDTH: i64 = 960;
const HEIGHT: i64 = 120;

/// The calls of a page of the table.
const ROWS: usize = 50;

/// The kinds of outcome that the timeline tells apart, from the bottom.
const KINDS: [(&str, &str); 4] =
    [("answered", "answered"), ("missed", "not answered"), ("voicemail", "voicemail"), ("failed", "failed")];

/// The lengths of a bar, the shortest that fits first.
const LENGTHS: [i64; 7] = [900, 3_600, 10_800, 86_400, 604_800, 2_592_000, 31_536_000];

pub fn view(frame: &Frame<'_>) -> Markup {
    let view = frame.world.view();
    let all = || (0..u32::try_from(view.size()).unwrap_or(u32::MAX)).map(Ordinal);
    let calls = || all().filter_map(|ordinal| view.call(ordinal).map(|call| (ordinal, call)));
    let time = |name: &str| moment(frame.asked(name));
    let (from, to, words) = (time("from"), time("to"), frame.asked("q").trim());
    let after: usize = frame.asked("after").parse().unwrap_or_default();
    let mut found = calls().filter(|(_, call)| {
        from.is_none_or(|from| from <= call.at)
            && to.is_none_or(|to| call.at < to)
            && (words.is_empty() || is_meant(call, words))
    });
    let mut found: Vec<(DateTime<Utc>, Ordinal)> =
        found.by_ref().map(|(ordinal, call)| (call.at, ordinal)).collect();
    found.sort_unstable();
    let total = found.len();
    let after = after.min(total);
    let rows: Vec<Neutral> = found
        .iter()
        .skip(after)
        .take(ROWS)
        .filter_map(|(_, ordinal)| Neutral::of(frame.admin.app.vendors, frame.world, &view, *ordinal))
        .collect();
    let page = |after: usize| {
        frame.link(
            "/_mock/ui/calls",
            &[
                ("q", words),
                ("from", frame.asked("from")),
                ("to", frame.asked("to")),
                ("after", &after.to_string()),
            ],
        )
    };
    html! {
        h1 { "Calls" }
        @match timeline(frame, &calls().map(|(_, call)| call).collect::<Vec<_>>(), view.now()) {
            Some(timeline) => (timeline),
            None => p.empty { "The scenario has no calls. Create one at a vendor, or add some: " code { "callmock init" } " writes a scenario." },
        }
        form.row.filters method="get" {
            @if let Some((_, world)) = frame.query.iter().find(|(name, _)| name == "world") {
                input type="hidden" name="world" value=(world);
            }
            label for="q" { "Search" }
            input #q name="q" type="search" value=(words) placeholder="id or number";
            @for (name, words) in [("from", "from"), ("to", "before")] {
                label for={ "calls-" (name) } { (words) }
                input id={ "calls-" (name) } name=(name) value=(frame.asked(name)) size="20" placeholder="2024-05-14T09:00:00Z";
            }
            button type="submit" { "Search" }
            @if from.is_some() || to.is_some() || !words.is_empty() {
                a href=(frame.link("/_mock/ui/calls", &[])) { "Show all" }
            }
            span.dim role="status" { (total) @if total == 1 { " call" } @else { " calls" } }
        }
        @for name in ["from", "to"] {
            @if !frame.asked(name).is_empty() && time(name).is_none() {
                p.failed-here role="alert" {
                    "“" (frame.asked(name)) "” is no time and was left out: write 2024-05-14T09:00:00Z, or a day such as 2024-05-14."
                }
            }
        }
        @if total == 0 { p.empty { "No call fits. Show all, or search for a part of an id or of a number." } }
        @else {
            table.calls {
                caption.hidden { "Calls by their beginning" }
                thead { tr {
                    th scope="col" { "began" } th scope="col" { "id" } th scope="col" { "direction" } th scope="col" { "from" }
                    th scope="col" { "to" } th scope="col" { "outcome" } th scope="col" { "talk" } th scope="col" { "shown by" }
                } }
                tbody { @for call in &rows { (row(frame, call)) } }
            }
            p.row {
                @if after > 0 { a href=(page(after.saturating_sub(ROWS))) { "Earlier" } }
                span.dim { (after + 1) " to " (after + rows.len()) }
                @if after + ROWS < total { a href=(page(after + ROWS)) { "Later" } }
            }
        }
    }
}

/// A time with its offset, or the beginning of a day in UTC.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    DateTime::parse_from_rfc3339(text.trim()).ok().map(|at| at.to_utc()).or_else(day)
}

fn is_meant(call: &Call, words: &str) -> bool {
    let (from, to) = (call.from.to_string(), call.to.to_string());
    call.id.to_string().contains(words) || from.contains(words) || to.contains(words)
}

fn row(frame: &Frame<'_>, call: &Neutral) -> Markup {
    let path = format!("/_mock/ui/calls/{}", crate::urlencoded::strict(&call.id));
    html! {
        tr {
            td { time { (call.at.to_rfc3339_opts(SecondsFormat::Secs, true)) } }
            td { a href=(frame.link(&path, &[])) { (call.id) } }
            td { (word(&call.direction)) }
            td { code { (call.from) } }
            td { code { (call.to) } }
            td { (call.outcome.map_or_else(|| call.status.clone().unwrap_or_default(), |outcome| word(&outcome))) }
            td.n { (call.talk) " s" }
            td { @for vendor in call.ids.keys() { span.vendor data-n=(frame.place(vendor)) title=(vendor) { span.mark {} span.hidden { (vendor) } } } }
        }
    }
}

/// The name of a value, as JSON writes it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| Some(value.as_str()?.to_owned())).unwrap_or_default()
}

/// The kind of an outcome, as a place in [`KINDS`].
fn kind(call: &Call) -> usize {
    match call.outcome {
        CallOutcome::Answered => 0,
        CallOutcome::Voicemail => 2,
        CallOutcome::Failed | CallOutcome::Busy | CallOutcome::Rejected => 3,
        CallOutcome::NoAnswer
        | CallOutcome::AbandonedIvr
        | CallOutcome::AbandonedQueue
        | CallOutcome::AbandonedRing => 1,
    }
}

/// The timeline: a bar for each stretch of time, stacked by outcome. Each bar is a link to its calls.
fn timeline(frame: &Frame<'_>, calls: &[&Call], now: DateTime<Utc>) -> Option<Markup> {
    let times = || calls.iter().map(|call| call.at);
    let (first, last) = (times().min()?, times().max()?);
    let span = (last - first).num_seconds() + 1;
    let length = LENGTHS.into_iter().find(|length| span / length < BARS).unwrap_or(span / BARS + 1);
    let begin = first.timestamp().div_euclid(length) * length;
    let count = usize::try_from((last.timestamp() - begin) / length + 1).ok()?;
    let mut bars = vec![[0_i64; KINDS.len()]; count];
    for call in calls {
        let place = usize::try_from((call.at.timestamp() - begin) / length).ok()?;
        bars[place][kind(call)] += 1;
    }
    let most = bars.iter().map(|bar| bar.iter().sum::<i64>()).max().unwrap_or(1).max(1);
    let width = WIDTH / i64::try_from(count).ok()?.max(1);
    let at =
        |place: usize| DateTime::from_timestamp(begin + length * i64::try_from(place).unwrap_or_default(), 0);
    let text = |time: Option<DateTime<Utc>>| {
        time.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
    };
    let line = (now.timestamp() - begin) * width / length;
    let whole = width * i64::try_from(count).ok()?;
    Some(html! {
        figure.timeline-of-calls {
            svg viewBox={ "0 0 " (whole.max(1)) " " (HEIGHT + 16) } role="group" aria-label={ "Calls from " (text(Some(first))) " to " (text(Some(last))) }
                data-begin=(begin) data-length=(length) data-width=(width) preserveAspectRatio="none" {
                @for (place, bar) in bars.iter().enumerate() {
                    @let sum: i64 = bar.iter().sum();
                    @if sum > 0 {
                        @let x = width * i64::try_from(place).unwrap_or_default();
                        @let label = format!("{}: {sum} calls", text(at(place)));
                        a href=(frame.link("/_mock/ui/calls", &[("from", &text(at(place))), ("to", &text(at(place + 1)))])) aria-label=(label) {
                            title { (label) }
                            rect.hit x=(x) y="0" width=(width) height=(HEIGHT) {}
                            @for (y, height, name) in stacked(bar, most) {
                                rect class={ "bar " (name) } x=(x) y=(y) width=((width - 1).max(1)) height=(height) {}
                            }
                        }
                    }
                }
                @if (0..=whole).contains(&line) { line #now-line x1=(line) x2=(line) y1="0" y2=(HEIGHT + 16) {} }
            }
            figcaption.dim {
                (text(at(0))) " to " (text(at(count))) ", a bar is " (crate::times::words(TimeDelta::seconds(length)))
                "; the line is the world's clock. A bar that is clicked, or bars that are dragged over, choose their calls. "
                @for (name, words) in KINDS { span.key { span class={ "swatch " (name) } {} (words) " " } }
            }
        }
    })
}

/// The parts of a bar from the bottom: the upper end, the height, and the kind.
fn stacked(bar: &[i64; KINDS.len()], most: i64) -> Vec<(i64, i64, &'static str)> {
    let mut bottom = HEIGHT;
    let mut parts = vec![];
    for (count, (name, _)) in bar.iter().zip(KINDS) {
        if *count > 0 {
            let height = (count * HEIGHT / most).max(1);
            bottom -= height;
            parts.push((bottom, height, name));
        }
    }
    parts
}
