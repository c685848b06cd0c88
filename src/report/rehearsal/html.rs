//! A rehearsal as one self-contained HTML page: the result, a timeline of the windows that were asked
//! for over the calls that were there, and what is wrong.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use maud::{DOCTYPE, Markup, html};

use super::junit::KINDS;
use super::{Found, Kind, Problem, Rehearsal};
use crate::report::html::head;
use crate::times::words;

/// The most records of each kind and reason that are shown.
const SHOWN: usize = 50;

/// The width of a day in the timeline, and the height of its row.
const WIDTH: i64 = 1440;
const HEIGHT: i64 = 14;

impl Rehearsal {
    /// The report as an HTML page.
    #[must_use]
    pub fn html(&self) -> String {
        let every = words(TimeDelta::seconds(self.every));
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                (head(if self.is_good() { "Rehearsal: the table is whole" } else { "Rehearsal: records are wrong" }, OWN))
                body {
                    h1 { "Rehearsal" }
                    p.dim { code { (self.command) } }
                    p.big { (if self.is_good() { "The table is whole" } else { "The table is not what it should be" }) }
                    p { (self.runs.len()) " runs, every " (every) "." }
                    table {
                        tr { th { "vendor" } th { "kept" } th { "due" } @for (_, name) in KINDS { th { (name) } } }
                        @for (vendor, records) in &self.vendors {
                            tr {
                                td { (vendor) }
                                td { (records.kept) }
                                td { (records.due) }
                                @for (kind, _) in KINDS { td { (self.of(kind, vendor)) } }
                            }
                        }
                    }
                    @for (vendor, calls) in &self.calls {
                        h2 { "Timeline of " (vendor) }
                        p.dim {
                            "A row is a day in UTC, from 0:00 to 24:00. The band is what was asked for when it was "
                            "over; a tick is a call, and a red one was lost."
                        }
                        (self.timeline(vendor, calls))
                    }
                    @if self.runs.iter().any(|run| run.code != 0) {
                        h2 { "Runs that failed" }
                        table {
                            tr { th { "run" } th { "world's time" } th { "ended with" } th { "the vendor" } }
                            @for run in self.runs.iter().filter(|run| run.code != 0) {
                                tr {
                                    td { (run.number) }
                                    td { (run.at.to_rfc3339()) }
                                    td { (run.code) }
                                    td {
                                        @if run.outage { "outage: " }
                                        @if let Some(failed) = run.failed.first() { (failed.vendor) " " (failed.what) }
                                        @else { "answered every request" }
                                    }
                                }
                            }
                        }
                    }
                    @for ((kind, reason), problems) in self.groups() {
                        h2 { (problems.len()) " " (name(kind)) ": " (reason.words()) }
                        p { (reason.fix()) "." }
                        (table(&problems))
                    }
                    @if !self.findings.is_empty() {
                        h2 { "Findings about the requests" }
                        table {
                            tr { th { "finding" } th { "what was seen" } th { "what to do" } }
                            @for Found { finding, detail, request, run } in &self.findings {
                                tr {
                                    td { code { (finding.id) } br; (finding.summary) }
                                    td {
                                        @if let Some(run) = run { "Run " (run) ": " }
                                        (detail.as_deref().unwrap_or_default())
                                        @if let Some(request) = request { br; code { (request) } }
                                    }
                                    td { (finding.fix) }
                                }
                            }
                        }
                    }
                }
            }
        };
        page.into_string()
    }

    fn of(&self, kind: Kind, vendor: &str) -> usize {
        self.problems.iter().filter(|problem| problem.kind == kind && problem.vendor == vendor).count()
    }

    /// A row for each day: what was asked for, the calls, and those that were lost.
    fn timeline(&self, vendor: &str, calls: &[DateTime<Utc>]) -> Markup {
        let (Some(first), Some(end)) = (self.runs.first(), self.runs.last()) else { return html! {} };
        let (begin, end) = (first.at.date_naive(), end.until.date_naive());
        let days: Vec<NaiveDate> = begin.iter_days().take_while(|day| *day <= end).take(MOST_DAYS).collect();
        let lost: Vec<DateTime<Utc>> = self
            .problems
            .iter()
            .filter(|problem| problem.kind == Kind::Lost && problem.vendor == vendor)
            .filter_map(|problem| problem.began)
            .collect();
        let height = HEIGHT * i64::try_from(days.len()).unwrap_or(i64::MAX);
        let label = format!("{} days of {vendor}: {} calls, {} lost", days.len(), calls.len(), lost.len());
        html! {
            svg.timeline viewBox={ "-110 0 " (WIDTH + 112) " " (height) } role="img" aria-label=(label) {
                @for (n, day) in (0_i64..).zip(&days) {
                    @let (y, begin) = (n * HEIGHT, day.and_time(NaiveTime::MIN).and_utc());
                    text x="-6" y=(y + HEIGHT - 3) text-anchor="end" { (day) }
                    rect.ground x="0" y=(y + 1) width=(WIDTH) height=(HEIGHT - 2) {}
                    @for (from, to) in self.covered(vendor, begin) {
                        rect.asked x=(from) y=(y + 1) width=(to - from) height=(HEIGHT - 2) {}
                    }
                    @for at in of_day(calls, begin) {
                        line.call x1=(at) x2=(at) y1=(y + 4) y2=(y + HEIGHT - 3) {}
                    }
                    @for at in of_day(&lost, begin) {
                        line.lost x1=(at) x2=(at) y1=(y + 1) y2=(y + HEIGHT - 1) {}
                    }
                }
            }
        }
    }

    /// The minutes of a day that were asked for when they were over, as ranges that do not overlap.
    fn covered(&self, vendor: &str, begin: DateTime<Utc>) -> Vec<(i64, i64)> {
        let end = begin.checked_add_days(Days::new(1)).unwrap_or(begin);
        let windows = self.runs.iter().flat_map(|run| &run.asked).filter(|asked| asked.vendor == vendor);
        let minute = |at: DateTime<Utc>| (at - begin).num_minutes();
        let mut ranges: Vec<(i64, i64)> = windows
            .filter_map(|window| {
                let from = window.from.unwrap_or(begin).max(begin);
                let to = window.to.unwrap_or(window.at).min(window.at).min(end);
                (from < to).then(|| (minute(from), minute(to)))
            })
            .collect();
        ranges.sort_unstable();
        let mut joined: Vec<(i64, i64)> = vec![];
        for (from, to) in ranges {
            match joined.last_mut() {
                Some((_, last)) if from <= *last => *last = to.max(*last),
                _ => joined.push((from, to)),
            }
        }
        joined
    }
}

/// The most days of a timeline.
const MOST_DAYS: usize = 400;

/// The minutes of a day at which some times are.
fn of_day(times: &[DateTime<Utc>], begin: DateTime<Utc>) -> Vec<i64> {
    let minutes = times.iter().map(|at| (*at - begin).num_minutes());
    let mut minutes: Vec<i64> = minutes.filter(|minute| (0..WIDTH).contains(minute)).collect();
    minutes.sort_unstable();
    minutes.dedup();
    minutes
}

fn name(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, name)| name)
}

fn table(problems: &[&Problem]) -> Markup {
    html! {
        table {
            tr { th { "record" } th { "began" } th { "run" } th { "what happened" } }
            @for problem in problems.iter().take(SHOWN) {
                tr {
                    td { (problem.vendor) " " code { (problem.id) } }
                    td { (problem.began.map(|at| at.to_rfc3339()).unwrap_or_default()) }
                    td { (problem.run.map(|run| run.to_string()).unwrap_or_default()) }
                    td { (problem.detail) }
                }
            }
        }
        @if problems.len() > SHOWN { p { "And " (problems.len() - SHOWN) " more." } }
    }
}

/// The style of the timeline, beside the style of all reports.
const OWN: &str = "
.timeline { width: 100%; height: auto; font: 10px system-ui, sans-serif; }
.timeline text { fill: var(--dim); }
.timeline .ground { fill: var(--line); opacity: .35; }
.timeline .asked { fill: var(--h2); opacity: .7; }
.timeline .call { stroke: var(--ink); stroke-width: 1; opacity: .55; }
.timeline .lost { stroke: var(--red); stroke-width: 3; }
";
