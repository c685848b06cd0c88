//! The exchanges as they happen. The last ones are in the page; the script adds those that follow,
//! and shows one in full.

use std::collections::BTreeSet;

use chrono::SecondsFormat;
use maud::{Markup, html};

use super::frame::Frame;
use crate::world::{Filter, Seen};

/// The exchanges that the page has at first.
const SHOWN: u64 = 100;

pub fn view(frame: &Frame<'_>) -> Markup {
    let asked = |name| Some(frame.asked(name).to_owned()).filter(|value| !value.is_empty());
    let filter = Filter {
        vendor: asked("vendor"),
        operation: asked("operation"),
        status: asked("status").and_then(|status| status.parse().ok()),
        finding: asked("finding"),
        ..Filter::default()
    };
    let journal = frame.world.journal();
    // What is completed from now on comes by the stream. An exchange of both is shown once.
    let completed = journal.completed();
    // The last ones of those that match: the journal is read from the oldest on.
    let is_open =
        ["vendor", "operation", "status", "finding"].iter().all(|name| frame.asked(name).is_empty());
    let after = if is_open { journal.newest().saturating_sub(SHOWN) } else { 0 };
    let page = journal.page_with(&filter, after, usize::MAX, &frame.world.late_findings());
    let first = page.entries.len().saturating_sub(usize::try_from(SHOWN).unwrap_or(usize::MAX));
    let catalogues = frame.admin.catalogues();
    let operations: BTreeSet<&str> = catalogues.iter().flat_map(|c| c.operations).map(|o| o.id).collect();
    let statuses = [200_u16, 201, 202, 400, 401, 403, 404, 406, 413, 429, 500, 503];
    html! {
        h1 { "Live" }
        form.row.filters method="get" #filters {
            @if let Some((_, world)) = frame.query.iter().find(|(name, _)| name == "world") {
                input type="hidden" name="world" value=(world);
            }
            (select("vendor", "Vendor", frame, catalogues.iter().map(|catalogue| catalogue.vendor.to_owned())))
            (select("operation", "Operation", frame, operations.into_iter().map(str::to_owned)))
            (select("status", "Status", frame, statuses.into_iter().map(|status| status.to_string())))
            button type="submit" { "Filter" }
            button type="button" #pause aria-pressed="false" { "Pause" }
            button type="button" data-method="DELETE" data-path=(frame.api("/journal"))
                data-confirm="Clear the journal of this world." { "Clear" }
            span #stream.dim role="status" {}
        }
        @if page.entries.is_empty() {
            p #none.empty { "No exchange yet. Press Run under " a href=(frame.link("/_mock/ui", &[])) { "Start" } ", or let your client call." }
        }
        table #live data-completed=(completed) {
            caption.hidden { "Exchanges, the newest first" }
            thead {
                tr {
                    th scope="col" { "time" } th scope="col" { "vendor" } th scope="col" { "operation" }
                    th scope="col" { "status" } th scope="col" { "outcome" } th scope="col" { "findings" } th scope="col" { "test" }
                }
            }
            tbody { @for seen in page.entries.iter().skip(first).rev() { (row(frame, seen)) } }
        }
        section #opened aria-label="The exchange that was opened" tabindex="-1" hidden {}
    }
}

fn select(name: &str, label: &str, frame: &Frame<'_>, options: impl Iterator<Item = String>) -> Markup {
    let asked = frame.asked(name);
    html! {
        label {
            (label) " "
            select name=(name) {
                option value="" { "all" }
                @for option in options { option value=(option) selected[option == asked] { (option) } }
            }
        }
    }
}

fn row(frame: &Frame<'_>, seen: &Seen) -> Markup {
    let kept = &seen.kept;
    let outcome = seen.met.behaviors.first().map_or("", |behavior| behavior.id);
    html! {
        tr data-seq=(kept.seq) {
            td { time { (kept.at.to_rfc3339_opts(SecondsFormat::Secs, true)) } }
            td.vendor data-n=(frame.place(kept.vendor)) { span.mark {} (kept.vendor) }
            td { button.link type="button" data-open=(kept.seq) { (kept.operation.unwrap_or("(unknown)")) } }
            td.status data-class=(kept.status.map_or(0, |status| status / 100)) {
                (kept.status.map_or_else(|| "none".to_owned(), |status| status.to_string()))
            }
            td { code { (outcome.split_once('.').map_or(outcome, |(_, rest)| rest)) } }
            td { @for finding in &seen.met.findings { code.finding { (finding.id.split_once('.').map_or(finding.id, |(_, rest)| rest)) } " " } }
            td { (kept.test.as_deref().unwrap_or_default()) }
        }
    }
}
