//! The coverage of the vendors' contracts by the clients: findings, a map of all behaviors, and those
//! to try next. The content is that of the coverage report.

use maud::{Markup, html};

use super::frame::Frame;
use crate::report::coverage::{Coverage, Run};
use crate::report::html as report;

pub fn view(frame: &Frame<'_>) -> Markup {
    let all = frame.admin.catalogues();
    let scenario = frame.world.scenario().title.clone();
    let coverage = Coverage::of(&frame.world.counts(), all.iter().copied()).of_run(Run::now(scenario, None));
    html! {
        p.row.downloads {
            "Download: "
            @for (format, words) in [("html", "HTML"), ("json", "JSON"), ("junit", "JUnit"), ("text", "text")] {
                a href={ (frame.api("/coverage")) "?format=" (format) } data-download={ "coverage." (format) } { (words) }
            }
            a href={ (frame.api("/findings")) "?format=sarif" } data-download="findings.sarif" { "SARIF" }
        }
        (report::content(&coverage, all.into_iter()))
    }
}
