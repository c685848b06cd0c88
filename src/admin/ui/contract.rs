//! The coverage of the vendors' contracts by the clients: findings, a map of all behaviors, and those
//! to try next. The content is that of the coverage report. The last reports of `rehearse` and
//! `matrix` stand above it.

use chrono::SecondsFormat;
use maud::{Markup, html};

use super::frame::Frame;
use crate::report::coverage::{Coverage, Run};
use crate::report::how::how;
use crate::report::html as report;
use crate::report::kept::{self, FORMATS};

pub fn view(frame: &Frame<'_>) -> Markup {
    let all = frame.admin.catalogues();
    let scenario = frame.world.scenario().title.clone();
    let coverage = Coverage::of(&frame.world.counts(), all.iter().copied()).of_run(Run::now(scenario, None));
    let meet = |behavior| how(behavior, frame.admin.app.vendors, frame.base).map(|how| how.text());
    html! {
        p.row.downloads {
            "Download: "
            @for (format, words) in [("html", "HTML"), ("json", "JSON"), ("junit", "JUnit"), ("text", "text")] {
                a href={ (frame.api("/coverage")) "?format=" (format) } data-download={ "coverage." (format) } { (words) }
            }
            a href={ (frame.api("/findings")) "?format=sarif" } data-download="findings.sarif" { "SARIF" }
        }
        (kept(frame))
        (report::content(&coverage, all.into_iter(), meet))
    }
}

/// The last reports of a rehearsal and of a matrix, or how to have them here.
fn kept(frame: &Frame<'_>) -> Markup {
    let Some(folder) = frame.admin.reports.as_deref() else {
        return html! {
            p.dim {
                "A rehearsal (" code { "callmock rehearse" } ") or a matrix (" code { "callmock matrix" }
                ") is shown here if both it and this server have " code { "--reports DIR" } "."
            }
        };
    };
    let reports = kept::of(folder);
    html! {
        @if reports.is_empty() {
            p.empty {
                "No report yet. Run " code { "callmock rehearse --reports " (folder.display()) " … -- JOB" } " or "
                code { "callmock matrix --reports " (folder.display()) " … -- TEST" } ", and load this page again."
            }
        }
        @for report in &reports {
            details.report open[reports.len() == 1] {
                summary {
                    @if report.name == "matrix" { "Last matrix" } @else { "Last rehearsal" }
                    " " time.dim { (report.at.to_rfc3339_opts(SecondsFormat::Secs, true)) }
                }
                p.row.downloads {
                    "Download: "
                    @for (end, _) in FORMATS {
                        @let file = format!("{}.{end}", report.name);
                        a href={ "/_mock/reports/" (file) } data-download=(file) { (end.to_uppercase()) }
                    }
                }
                pre tabindex="0" role="group" aria-label={ "The last " (report.name) } { (report.text) }
            }
        }
    }
}
