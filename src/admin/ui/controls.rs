//! The controls beside the views: the world, its clock, and its faults. Each shows the request of the
//! admin API that does the same.

use std::sync::Arc;

use chrono::SecondsFormat;
use maud::{Markup, html};
use serde_json::json;

use super::frame::Frame;
use crate::scenario::ClockSpec;
use crate::world::{Slot, Worlds};

/// The lengths of time by which a button moves the clock.
const STEPS: [(&str, &str); 4] = [("1m", "+1 min"), ("10m", "+10 min"), ("1h", "+1 h"), ("1d", "+1 d")];

/// The most worlds to choose from.
const WORLDS: usize = 200;

pub fn aside(frame: &Frame<'_>) -> Markup {
    html! {
        aside aria-label="Controls" {
            (world(frame))
            (clock(frame))
            (faults(frame))
        }
    }
}

/// A request of the admin API, as it is written.
fn api(request: &str) -> Markup {
    html! { details.api { summary { "API" } code { (request) } } }
}

fn world(frame: &Frame<'_>) -> Markup {
    let id = frame.id();
    html! {
        section.card aria-labelledby="c-world" {
            h2 #c-world { "World" }
            form.row method="get" action="/_mock/ui" #world-form {
                label.hidden for="world" { "World" }
                select #world name="world" {
                    @for slot in shown(frame) {
                        option value=(slot.id()) selected[&**slot.id() == id] {
                            (slot.id()) @if let Some(name) = slot.name() { " · " (name) }
                        }
                    }
                }
                button type="submit" { "Show" }
            }
            p.row {
                button type="button" data-method="POST" data-path="/_mock/worlds" data-body="{}" data-then="world" { "New world" }
                button type="button" data-method="POST" data-path=(frame.api("/reset"))
                    data-confirm="Reset the world: its changes, journal and coverage are lost." { "Reset" }
                @if id != Worlds::DEFAULT {
                    button type="button" data-method="DELETE" data-path={ "/_mock/worlds/" (id) } data-then="default"
                        data-confirm="Remove the world: its credentials are unknown from then on." { "Remove" }
                }
            }
            (api(&format!("POST /_mock/worlds {{}} · POST {}", frame.api("/reset"))))
        }
    }
}

/// The worlds to choose from: this one, and the first ones.
fn shown(frame: &Frame<'_>) -> Vec<Arc<Slot>> {
    let worlds = frame.admin.app.worlds.all();
    let is_shown = |(place, slot): &(usize, Arc<Slot>)| *place < WORLDS || &**slot.id() == frame.id();
    worlds.into_iter().enumerate().filter(is_shown).map(|(_, slot)| slot).collect()
}

fn clock(frame: &Frame<'_>) -> Markup {
    let now = frame.world.now();
    let mode = match frame.world.clock().spec() {
        ClockSpec::Real => "the machine's".to_owned(),
        ClockSpec::Fixed(_) => "stands".to_owned(),
        ClockSpec::Running { rate, .. } => format!("runs, × {rate}"),
    };
    let advance = frame.api("/clock/advance");
    let set = frame.api("/clock");
    html! {
        section.card aria-labelledby="c-clock" {
            h2 #c-clock { "Clock" }
            p { time #now datetime=(now.to_rfc3339()) data-rate=(frame.world.clock().rate()) { (now.to_rfc3339_opts(SecondsFormat::Secs, true)) } }
            p.dim { (mode) }
            p.row {
                @for (by, words) in STEPS {
                    button type="button" data-method="POST" data-path=(advance) data-body=(json!({ "by": by })) { (words) }
                }
            }
            form.row data-method="PUT" data-path=(set) data-fields="clock" {
                label.hidden for="to" { "Set the clock to" }
                input #to name="now" placeholder="2024-05-13T12:00:00Z" value=(now.to_rfc3339_opts(SecondsFormat::Secs, true)) required;
                button type="submit" { "Set" }
            }
            p.row {
                button type="button" data-method="PUT" data-path=(set) data-body=(json!({ "mode": "running", "rate": 1.0 })) { "Run" }
                button type="button" data-method="PUT" data-path=(set) data-body=(json!({ "mode": "fixed" })) { "Stop" }
            }
            (api(&format!("POST {advance} {{\"by\": \"1h\"}} · PUT {set} {{\"mode\": \"fixed\", \"now\": \"…\"}}")))
        }
    }
}

fn faults(frame: &Frame<'_>) -> Markup {
    let path = frame.api("/faults");
    let faults = frame.world.faults().all();
    html! {
        section.card aria-labelledby="c-faults" {
            h2 #c-faults { "Faults" }
            @if faults.is_empty() { p.dim { "None: every request is answered as the vendor would." } }
            ul.plain {
                @for state in &faults {
                    @let id = state.fault.id.as_deref().unwrap_or_default();
                    li.row {
                        span {
                            code { (state.fault.vendor) @if let Some(operation) = &state.fault.operation { "." (operation) } }
                            " " code { (serde_json::to_string(&state.fault.action).unwrap_or_default()) }
                            span.dim { " " (state.counts.fired) " of " (state.counts.seen) " requests" }
                        }
                        button type="button" data-method="DELETE" data-path={ (path) "/" (id) } aria-label={ "Remove the fault " (id) } { "Remove" }
                    }
                }
            }
            form data-method="POST" data-path=(path) data-fields="fault" {
                p.row {
                    label for="fault" { "Let fail" }
                    select #fault name="fault" {
                        @for catalogue in frame.admin.catalogues() {
                            optgroup label=(catalogue.vendor) {
                                @for error in catalogue.errors() {
                                    option value={ (catalogue.vendor) " " (error) } { (error) }
                                }
                            }
                        }
                    }
                }
                p.row {
                    label for="times" { "times" }
                    input #times name="times" type="number" min="1" value="1";
                    button type="submit" { "Add fault" }
                }
            }
            (api(&format!("POST {path} {{\"vendor\": \"…\", \"times\": 1, \"do\": {{\"error\": \"…\"}}}}")))
        }
    }
}
