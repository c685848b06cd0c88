//! Coverage and findings as one self-contained HTML page: the findings, what to do next, a heat
//! map, then every behavior with its source and the exchanges that met it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::coverage::{Coverage, Exchange, Made, Row, Section};
use super::{source, suggest, text};
use crate::contract::{Behavior, Catalogue};

/// The style of all reports.
pub const STYLE: &str = include_str!("html.css");
const SCRIPT: &str = include_str!("html.js");

/// The number of behaviors that the page suggests to test next.
const NEXT: usize = 10;

/// The content security policy of the page. It loads nothing, and allows only its own style and its
/// own script, which filters and unfolds.
#[must_use]
pub fn policy() -> String {
    let hash = |text: &str| BASE64.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// The report as an HTML page.
pub fn page(coverage: &Coverage, catalogues: impl Iterator<Item = &'static Catalogue> + Clone) -> String {
    let share = coverage.share(catalogues.clone());
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(&format!("Contract coverage: {} %", share.percent()), ""))
            body {
                (content(coverage, catalogues, |_| None))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// The head of a report that is one page. `own` is its style beside the style of all reports.
#[must_use]
pub fn head(title: &str, own: &'static str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            title { (title) }
            style { (PreEscaped(STYLE)) (PreEscaped(own)) }
        }
    }
}

/// The content of the report, without the page around it. `how` tells how to meet a behavior, if
/// that is known where the report is read.
pub fn content(
    coverage: &Coverage,
    catalogues: impl Iterator<Item = &'static Catalogue> + Clone,
    how: impl Fn(&'static Behavior) -> Option<String>,
) -> Markup {
    let sections = coverage.sections(catalogues.clone());
    let share = coverage.share(catalogues.clone());
    let made = coverage.made(catalogues.clone());
    let inferred = coverage.inferred(catalogues.clone());
    let unused = unused(&sections, catalogues.clone());
    html! {
        h1 { "Contract coverage" }
        @for run in &coverage.runs { p.dim { (run.text()) } }
        p.big { (share.percent()) " %" }
        p {
            (text::score(coverage, catalogues.clone())) ". "
            span.dim { "Exercised, not passed: what the client made of an answer shows only where its next requests tell." }
        }
        nav {
            input #filter type="search" placeholder="Filter: ids, statuses, requests" aria-label="Filter";
            a href="#findings" { "Findings (" (made.len()) ")" }
            a href="#next" { "Next" }
            a href="#map" { "Map" }
            @for section in &sections { a href={ "#" (anchor(section)) } { (anchor(section)) } }
            @if !coverage.exchanges.is_empty() { a href="#exchanges" { "Exchanges" } }
        }
        h2 #findings { "Findings" }
        @if made.is_empty() { p { "None." } }
        @for made in &made { (finding(coverage, made)) }
        @if !coverage.missed.is_empty() {
            h2 #missed { "Expected, and did not come" }
            ul { @for missed in &coverage.missed { li { (missed.line()) } } }
        }
        h2 #next { "Next" }
        (next(coverage, catalogues, how))
        h2 #map { "Map" }
        (legend())
        @for section in &sections { (map(section)) }
        @if !unused.is_empty() { p.dim { "Never called: " (unused.join(", ")) "." } }
        @if !inferred.is_empty() {
            h2 #inferred { "Inferred from how requests follow each other" }
            table {
                @for (inference, count) in &inferred {
                    tr { td.n { (count) "×" } td { (id(inference.id)) } td { (prose(inference.summary)) } }
                }
            }
        }
        h2 { "Behaviors" }
        @for section in &sections { (table(section, coverage)) }
        @if !coverage.exchanges.is_empty() {
            details #exchanges {
                summary { "Exchanges" }
                p.dim { "A few for each behavior and finding; secrets are masked." }
                table {
                    tr { th { "request" } th { "answer" } th { "met" } }
                    @for (n, exchange) in coverage.exchanges.iter().enumerate() { (row(n, exchange)) }
                }
            }
        }
    }
}

/// The operations that were never called.
fn unused(sections: &[Section<'_>], catalogues: impl Iterator<Item = &'static Catalogue>) -> Vec<String> {
    let called = |catalogue: &Catalogue, operation: &str| {
        sections.iter().any(|s| s.catalogue.vendor == catalogue.vendor && s.operation == operation)
    };
    catalogues
        .flat_map(|catalogue| catalogue.operations.iter().map(move |operation| (catalogue, operation.id)))
        .filter(|(catalogue, operation)| !called(catalogue, operation))
        .map(|(catalogue, operation)| format!("{} {operation}", catalogue.vendor))
        .collect()
}

/// A text whose parts between backticks are marked as code.
fn prose(text: &str) -> Markup {
    html! {
        @for (n, part) in text.split('`').enumerate() {
            @if n % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// An id, which may be broken only after a dot or an underscore.
fn id(id: &str) -> Markup {
    html! { code.id { @for part in id.split_inclusive(['.', '_']) { (part) wbr; } } }
}

/// The CSS class of a count, on a scale of five steps.
fn heat(count: u64) -> &'static str {
    match count {
        0 => "h0",
        1 => "h1",
        2..5 => "h2",
        5..20 => "h3",
        20.. => "h4",
    }
}

fn legend() -> Markup {
    html! {
        p.legend.dim {
            "How often:" span.h0 {} "never" span.h1 {} "once" span.h2 {} "2 to 4" span.h3 {} "5 to 19" span.h4 {} "20 and more"
            span.h0.refusal {} "round: a refusal"
        }
    }
}

fn anchor(section: &Section<'_>) -> String {
    format!("{}.{}", section.catalogue.vendor, section.operation)
}

fn name(section: &Section<'_>) -> String {
    match section.operation {
        "any" => format!("{}: what all operations share", section.catalogue.vendor),
        operation => format!("{} {operation}", section.catalogue.vendor),
    }
}

/// What to do next: what the run could not show, and the behaviors that are most worth a test.
fn next(
    coverage: &Coverage,
    catalogues: impl Iterator<Item = &'static Catalogue> + Clone,
    how: impl Fn(&'static Behavior) -> Option<String>,
) -> Markup {
    let next: Vec<&'static Behavior> = suggest::next(coverage, catalogues.clone(), NEXT);
    html! {
        @for vendor in suggest::unpaged(coverage, catalogues) {
            p.warn { (vendor) ": no list had a second page, so paging was not tested. " code { "--scenario busy-day" } " has many." }
        }
        @if next.is_empty() { p { "Nothing is left to test in the operations in use." } }
        @else {
            p { "Worth a test next. Each command prints a request or a fault that leads there:" }
            table {
                @for behavior in &next {
                    tr {
                        td { code { "callmock contract " } (id(behavior.id)) }
                        td { @if let Some(status) = behavior.status { (status) } }
                        td {
                            (prose(behavior.summary))
                            @if let Some(how) = how(behavior) {
                                details {
                                    summary { "How to meet it" }
                                    pre tabindex="0" role="group" aria-label={ "How to meet " (behavior.id) } { (how) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn map(section: &Section<'_>) -> Markup {
    let share = section.share();
    html! {
        div {
            a href={ "#" (anchor(section)) } { strong { (name(section)) } }
            span.dim { " " (share.exercised) " of " (share.of) }
            @if section.only_happy_paths() { span.dim { ", only happy paths" } }
        }
        div.map {
            @for row in &section.rows {
                @let out = if row.excluded.is_some() || row.needs.is_some() { " out" } else { "" };
                @let refusal = if row.is_refusal() { " refusal" } else { "" };
                @let told = format!("{}: {}", row.behavior.id, times(row.count));
                a class={ (heat(row.count)) (refusal) (out) } href={ "#" (row.behavior.id) } title=(told) aria-label=(told) {}
            }
        }
    }
}

fn times(count: u64) -> String {
    match count {
        0 => "never exercised".to_owned(),
        1 => "exercised once".to_owned(),
        count => format!("exercised {count} times"),
    }
}

fn table(section: &Section<'_>, coverage: &Coverage) -> Markup {
    let share = section.share();
    html! {
        details id=(anchor(section)) {
            summary { (name(section)) span.dim { " " (share.exercised) " of " (share.of) } }
            @if section.only_happy_paths() {
                p.warn { "Only happy paths: no documented refusal was met." }
            }
            table {
                tr { th { "count" } th { "behavior" } th { "status" } th { "what happens" } th { "source" } th { "exchanges" } }
                @for row in &section.rows { (behavior(row, section.catalogue, coverage)) }
            }
        }
    }
}

fn behavior(row: &Row<'_>, catalogue: &Catalogue, coverage: &Coverage) -> Markup {
    let behavior = row.behavior;
    html! {
        tr id=(behavior.id) class=[(row.count == 0).then_some("never")] {
            td.n { (row.count) "×" }
            td {
                (id(behavior.id))
                @if let Some(reason) = row.excluded { br; span.dim { "left out of account: " (reason) } }
                @if let Some(reading) = row.needs { br; span.dim { "only under " (reading) } }
            }
            td { @match behavior.status { Some(status) => (status), None => span.dim { "feature" } } }
            td { (prose(behavior.summary)) }
            td { a href=(source::page(behavior, catalogue)) { (source::words(behavior)) } }
            td { @for n in &row.exchanges { (link(coverage, *n)) " " } }
        }
    }
}

fn finding(coverage: &Coverage, made: &Made<'_>) -> Markup {
    let finding = made.finding;
    html! {
        div class={ "finding " (finding.severity.name()) } id=(finding.id) {
            p {
                strong { (finding.severity.name()) } " " (id(finding.id)) " " (made.count) "×"
                @if made.expected > 0 { " " span.dim { "expected by tests: " (made.expected) "×" } }
                @if let Some(reason) = made.excluded { " " span.dim { "left out of account: " (reason) } }
            }
            @for n in &made.exchanges {
                @if let Some(exchange) = coverage.exchanges.get(*n) {
                    p {
                        @for detail in exchange.details_of(finding) { strong { (prose(detail)) } " " }
                        (link(coverage, *n)) " " code { (exchange.request) }
                    }
                }
            }
            p { (prose(finding.summary)) " " (prose(finding.why)) }
            p { strong { "Instead: " } (prose(finding.fix)) }
        }
    }
}

fn link(coverage: &Coverage, n: usize) -> Markup {
    let name = coverage.exchanges.get(n).map(Exchange::place).unwrap_or_default();
    html! { a href={ "#exchange-" (n) } { (name) } }
}

fn row(n: usize, exchange: &Exchange) -> Markup {
    html! {
        tr id={ "exchange-" (n) } {
            td { (exchange.place()) br; code { (exchange.request) } }
            td {
                @match exchange.status { Some(status) => (status), None => "none" }
                @if let Some(answer) = &exchange.answer { br; code { (answer) } }
            }
            td {
                @for met in &exchange.behaviors { a href={ "#" (met) } { (id(met)) } br; }
                @for met in &exchange.findings { a href={ "#" (met) } { (id(met)) } br; }
            }
        }
    }
}
