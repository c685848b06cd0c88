//! The view for a first look: the vendors with what a client needs, what the scenario holds, and what
//! to do next.

use maud::{Markup, html};
use serde_json::Value;

use super::frame::Frame;
use crate::report::coverage::Coverage;
use crate::universe::MAGIC_NUMBERS;
use crate::vendor::Vendor;

/// The most lines to paste that a vendor shows at once.
const LINES: usize = 1;

pub fn view(frame: &Frame<'_>) -> Markup {
    let world = frame.world;
    let (scenario, calls) = (world.scenario(), world.universe().calls());
    let now = world.now();
    let to_come = calls.iter().filter(|call| call.at > now).count();
    let all = frame.admin.catalogues();
    let coverage = Coverage::of(&world.counts(), all.iter().copied());
    let share = coverage.share(all.into_iter());
    html! {
        h1 { (scenario.title.as_deref().unwrap_or("A scenario without a title")) }
        p.facts {
            span { strong { (calls.len()) } " calls" }
            span { strong { (to_come) } " still to come" }
            span { strong { (world.journal().newest()) } " exchanges" }
            span { strong { (coverage.exercised) } " of " (coverage.total) " behaviors met" }
        }
        section aria-labelledby="vendors" {
            h2 #vendors { "Call a vendor" }
            p { "All four answer at " code { (frame.base) } ". Each credential below is this world's own." }
            div.vendors {
                @for vendor in frame.admin.app.vendors { (card(frame, *vendor)) }
            }
        }
        section aria-labelledby="next" {
            h2 #next { "What to do next" }
            ol {
                @if coverage.exercised == 0 {
                    li { "Press Run at a vendor, or point your client at the address above." }
                } @else {
                    li { "See what your client sent under " a href=(frame.link("/_mock/ui/live", &[])) { "Live" } "." }
                }
                li { "Look at one call in four dialects under " a href=(frame.link("/_mock/ui/calls", &[])) { "Calls" } "." }
                li { "Break a vendor on purpose with a fault, or move the clock: the controls are on this page." }
                li {
                    "See which documented behaviors no client has met under "
                    a href=(frame.link("/_mock/ui/contract", &[])) { "Contract" } " (" (share.percent()) " % so far)."
                }
            }
        }
        @if scenario.magic {
            section aria-labelledby="magic" {
                h2 #magic { "Numbers that mean something" }
                p { "A created call to a number with these last digits comes out so." }
                table {
                    thead { tr { th scope="col" { "digits" } th scope="col" { "what happens" } } }
                    tbody { @for number in MAGIC_NUMBERS { tr { td { code { (number.digits) } } td { (number.summary) } } } }
                }
            }
        }
    }
}

fn card(frame: &Frame<'_>, vendor: &'static dyn Vendor) -> Markup {
    let (catalogue, name) = (vendor.catalogue(), vendor.name());
    let commands = vendor.examples(frame.world, frame.base);
    let credentials = vendor.credentials(frame.world).unwrap_or_default();
    html! {
        article.card.vendor data-n=(frame.place(name)) {
            h3 { span.mark {} (name) }
            p.dim { (catalogue.product) }
            @if credentials.is_empty() {
                p { "The scenario has no account at this vendor: add one under " code { "accounts." (name) } "." }
            }
            dl {
                @for (member, value) in &credentials {
                    dt { (member) }
                    dd { code { @if let Value::String(text) = value { (text) } @else { (value) } } }
                }
            }
            @for command in commands.iter().take(LINES) {
                div.snippet {
                    h4 { "curl" }
                    pre #{ "curl-" (name) } tabindex="0" role="group" aria-label={ "curl, " (name) } { (command) }
                    p.row {
                        button type="button" data-copy={ "curl-" (name) } { "Copy" }
                        button.main type="button" data-run=(name) { "Run" }
                    }
                }
            }
            @for setup in vendor.setup(frame.world, frame.base) {
                @let id = format!("{name}-{}", setup.language.to_lowercase());
                details.snippet {
                    summary { (setup.language) }
                    pre #{ (id) } tabindex="0" role="group" aria-label={ (setup.language) ", " (name) } { (setup.lines) }
                    button type="button" data-copy=(id) { "Copy" }
                }
            }
            div.answer #{ "answer-" (name) } role="region" aria-live="polite" aria-label={ "Answer of " (name) } {}
        }
    }
}
