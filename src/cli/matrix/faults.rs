//! The runs of the axis `faults`: each refusal that the client's operations can give, and each way in
//! which an answer breaks off or is late, at several places in the client's requests.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::json;

use super::result::{Request, Run};
use crate::contract::{Catalogue, Operation, Recovery};
use crate::report::matrix::LeftOut;
use crate::scenario::{Action, After, Delay, Disconnect, Fault, LONGEST_DELAY, Length, SlowBody, When};
use crate::universe::Millis;
use crate::vendors;

/// A run with a fault.
pub struct FaultCell {
    /// The name, by which it is run again.
    pub name: String,
    /// The fault.
    pub fault: Fault,
}

/// The seconds that a refusal tells the client to wait.
const RETRY_AFTER: &str = "2";

/// The seconds that a slow body takes, about.
const SLOW: u64 = 2;

/// The runs for what a client was seen to call, and the runs that are left out. `limit` is the time
/// that a run may take.
pub fn cells(base: &Run, limit: Duration) -> (Vec<FaultCell>, Vec<LeftOut>) {
    let mut by_operation: BTreeMap<(&str, &str), Vec<&Request>> = BTreeMap::new();
    for request in &base.requests {
        if let Some(operation) = request.operation {
            by_operation.entry((request.vendor, operation)).or_default().push(request);
        }
    }
    let (mut cells, mut same, mut creates) = (vec![], 0, 0);
    for ((vendor, operation), requests) in by_operation {
        let Some(catalogue) = vendors::catalogues().find(|catalogue| catalogue.vendor == vendor) else {
            continue;
        };
        let Some(operation) = catalogue.operations.iter().find(|known| known.id == operation) else {
            continue;
        };
        let places = places(requests.len());
        let makes = requests.iter().any(|request| matches!(request.status, Some(201 | 202)));
        let bytes = requests.iter().map(|request| request.bytes).max().unwrap_or_default();
        let kinds = kinds(catalogue, operation, limit, bytes);
        for Kind { name, action, lasts } in kinds.iter().filter(|kind| makes || kind.action.after.is_none()) {
            same += (3 - places.len()) * if *lasts { 2 } else { 1 };
            for (place, nth) in &places {
                let cell = |place: &str, when, times| FaultCell {
                    name: format!("{vendor}.{}/{name}@{place}", operation.id),
                    fault: Fault {
                        id: None,
                        vendor: vendor.to_owned(),
                        operation: Some(operation.id.to_owned()),
                        when,
                        times,
                        action: action.clone(),
                    },
                };
                let nth_only = When { nth: Some(*nth), ..When::default() };
                cells.push(cell(place, Some(nth_only), Some(1)));
                if *lasts {
                    let after = (*nth > 1).then(|| When { after: Some(nth - 1), ..When::default() });
                    cells.push(cell(&format!("{place},lasting"), after, None));
                }
            }
        }
        if !makes {
            creates += kinds.iter().filter(|kind| kind.action.after.is_some()).count() * places.len();
        }
    }
    let left_out = [
        (same, "the client sends too few requests for another place"),
        (creates, "nothing is lost with an answer where the request creates nothing"),
    ];
    let left_out = left_out.into_iter().filter(|(count, _)| *count > 0);
    (cells, left_out.map(|(count, why)| LeftOut { count, why: why.to_owned() }).collect())
}

/// The places in some requests, with the number of the request.
fn places(requests: usize) -> Vec<(&'static str, u64)> {
    let n = requests as u64;
    match requests {
        0 => vec![],
        1 => vec![("only", 1)],
        2 => vec![("first", 1), ("last", 2)],
        _ => vec![("first", 1), ("middle", n / 2 + 1), ("last", n)],
    }
}

/// A kind of fault.
struct Kind {
    name: String,
    action: Action,
    /// Whether the fault is also tried without an end: a client that tries again meets it again.
    lasts: bool,
}

fn kinds(
    catalogue: &'static Catalogue,
    operation: &'static Operation,
    limit: Duration,
    bytes: u64,
) -> Vec<Kind> {
    let mut names = BTreeSet::new();
    let refusals = catalogue.refusals.iter().chain(operation.refusals);
    let mut kinds: Vec<Kind> = refusals
        .filter(|refusal| !(operation.open && refusal.behavior.recovery == Recovery::Credential))
        .filter(|refusal| names.insert(refusal.name()))
        .map(|refusal| Kind {
            name: refusal.name().to_owned(),
            action: Action { error: Some(refusal.name().to_owned()), ..Action::default() },
            lasts: refusal.behavior.recovery == Recovery::Passing,
        })
        .collect();
    let long =
        u32::try_from(limit.as_millis()).unwrap_or(u32::MAX).saturating_add(5_000).min(LONGEST_DELAY.0);
    let delay = Some(Delay::Fixed(Length(Millis(long))));
    let handler = Some(After::Handler);
    let broken = |disconnect| Action { disconnect: Some(disconnect), ..Action::default() };
    let mut add = |name: &str, action, lasts| kinds.push(Kind { name: name.to_owned(), action, lasts });
    let headers = BTreeMap::from([("Retry-After".to_owned(), RETRY_AFTER.to_owned())]);
    let body = Some(json!("too many requests\n"));
    add("429", Action { status: Some(429), headers: Some(headers), body, ..Action::default() }, true);
    add("delay", Action { delay, ..Action::default() }, false);
    let slow_body = Some(SlowBody { bytes_per_second: (bytes / SLOW).max(1) });
    add("slow_body", Action { slow_body, ..Action::default() }, false);
    add("cut_body", broken(Disconnect::MidBody), true);
    add("bad_chunk", broken(Disconnect::BadChunk), false);
    add("reset", broken(Disconnect::Reset), true);
    add("close", broken(Disconnect::Close), false);
    // The request is carried out, and its answer is lost.
    add("reset_after", Action { after: handler, ..broken(Disconnect::Reset) }, false);
    add("close_after", Action { after: handler, ..broken(Disconnect::Close) }, false);
    add("delay_after", Action { delay, after: handler, ..Action::default() }, false);
    kinds
}
