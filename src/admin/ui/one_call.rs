//! One call in four dialects: the neutral record, and beside it the bytes that each vendor's list
//! writes.

use chrono::{SecondsFormat, TimeDelta};
use maud::{Markup, html};

use super::frame::Frame;
use crate::times::words;
use crate::vendor::Neutral;
use crate::vendor::recording::Links;

pub fn view(frame: &Frame<'_>, id: &str) -> Markup {
    let view = frame.world.view();
    let found = view.by_name(id).and_then(|ordinal| {
        Some((ordinal, Neutral::of(frame.admin.app.vendors, frame.world, &view, ordinal)?))
    });
    let Some((ordinal, call)) = found else {
        return html! {
            h1 { "There is no call " code { (id) } }
            p.empty { "It may not have begun yet, or belong to another world. " a href=(frame.link("/_mock/ui/calls", &[])) { "All calls" } }
        };
    };
    let links = Links::at(frame.base, frame.world.id());
    let neutral = serde_json::to_string_pretty(&call).unwrap_or_default();
    html! {
        p { a href=(frame.link("/_mock/ui/calls", &[])) { "All calls" } }
        h1 { "Call " code { (call.id) } }
        div #life { (life(frame, &call)) }
        p.dim { "One record, as each vendor's own list writes it. Point at a value to see it everywhere." }
        div.dialects data-same="" {
            article.card.neutral {
                h2 { "callmock" }
                pre.json data-json="" tabindex="0" role="group" aria-label="The neutral record" { (neutral) }
            }
            @for vendor in frame.admin.app.vendors {
                article.card.vendor data-n=(frame.place(vendor.name())) {
                    h2 { span.mark {} (vendor.name()) }
                    @match vendor.shown(frame.world, ordinal, &links) {
                        Some(bytes) => {
                            pre.json data-json="" data-bytes=(vendor.name()) tabindex="0" role="group" aria-label={ "The record of " (vendor.name()) } {
                                (String::from_utf8_lossy(&bytes))
                            }
                        }
                        None => p.empty { "Not in its list: the call is not over yet, or no account holds it." },
                    }
                }
            }
        }
    }
}

/// The life of a call as a bar: its parts one after the other, up to the world's time. The bar of a
/// call that is not over is written anew while the clock goes on.
fn life(frame: &Frame<'_>, call: &Neutral) -> Markup {
    let parts = [
        ("dial", call.dial),
        ("ivr", call.ivr),
        ("wait", call.wait),
        ("ring", call.ring),
        ("talk", call.talk),
    ];
    let whole: i64 = parts.iter().map(|(_, seconds)| seconds).sum();
    let now = frame.world.now();
    let so_far = (now - call.at).num_seconds().clamp(0, whole.max(0));
    // Each part with the seconds before it.
    let begun = parts.iter().scan(0, |before, (name, seconds)| {
        let begins = *before;
        *before += seconds;
        Some((*name, begins, *seconds))
    });
    let begun: Vec<(&str, i64, i64)> = begun.filter(|(.., seconds)| *seconds > 0).collect();
    // Of a call that has just begun, too, there is a bar.
    let length = whole.max(1);
    let goes_on = call.ended_at.is_none();
    html! {
        p.facts {
            span { "began " time { (call.at.to_rfc3339_opts(SecondsFormat::Secs, true)) } }
            @if let Some(status) = &call.status { span { strong { (status) } } }
            span { (words(TimeDelta::seconds(whole))) @if goes_on { " so far or to come" } }
        }
        @if goes_on || !begun.is_empty() {
            svg.life viewBox={ "0 0 " (length * 10) " 40" } preserveAspectRatio="none" role="img"
                aria-label={ (so_far) " of " (whole) " seconds" } data-began=(call.at.timestamp()) data-whole=(length)
                data-goes-on=[goes_on.then_some("")] {
                @for (name, begins, seconds) in &begun {
                    rect class={ "part " (name) } x=(begins * 10) y="8" width=(seconds * 10) height="24" { title { (name) ": " (seconds) " s" } }
                }
                line #life-now x1=(so_far * 10) x2=(so_far * 10) y1="0" y2="40" {}
            }
            p.dim.keys { @for (name, _, seconds) in &begun { span.key { span class={ "swatch " (name) } {} (name) " " (seconds) " s " } } }
        }
    }
}
