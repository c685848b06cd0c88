//! The generator: the calls of a believable contact centre, made from a seed. The bytes are the
//! same on every machine.
//!
//! It uses only integers and a portable stream cipher, so that the result does not depend on a
//! machine's floating point or word size.
//!
//! - `plan`: one block of calls: what kind, when, by whom.
//! - `draw`: drawing the calls of a block.
//! - `phases`: the outcome and the phases of one call.
//! - `days`: the days and the minutes at which calls begin.
//! - `talk`: the lengths of conversations.
//! - `people`: made-up agents, queues and customers.
//! - `country`: the names and numbers of people of a country.
//! - `chance`: random integers.

mod chance;
mod country;
mod days;
mod draw;
mod people;
mod phases;
mod plan;
mod talk;

pub use country::Country;
pub use days::{Hours, Moments, Period, Week};
pub use people::Population;
pub use phases::Mix;
pub use plan::{Block, Made};
pub use talk::Talk;

use super::{Call, CallId, Ordinal};
use chance::Chance;

/// Whether a text has the form of a generated call's id.
#[must_use]
pub fn is_generated_id(id: &str) -> bool {
    id.strip_prefix("gen-").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a text has the form of a created call's id.
#[must_use]
pub fn is_created_id(id: &str) -> bool {
    id.strip_prefix("created-").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The calls of some blocks together, oldest first. The first one gets the ordinal `first`.
///
/// If the population has no agents or no queues, made-up ones are added first. A block that makes
/// up customers adds its own. If there are none for the other blocks, made-up ones are added.
#[must_use]
pub fn generated(blocks: &[Block], seed: u64, first: u32, population: Population<'_>) -> Vec<Call> {
    let mut people = people::People::of(blocks, seed, population);
    let calls: usize = blocks.iter().map(|block| block.calls as usize).sum();
    let mut drafts = Vec::with_capacity(calls + 1);
    for (n, block) in blocks.iter().enumerate() {
        let end = drafts.len() + block.calls as usize;
        let mut chance = Chance::of(seed, 1 + n as u64);
        block.generate(&mut people, n, end, &mut chance, &mut drafts);
    }
    in_time_order(drafts, first)
}

/// Sorts calls by time, numbers them, and turns the places of parents into ordinals.
///
/// They are moved within their own memory: a second list of calls would need as much again.
fn in_time_order(mut calls: Vec<Call>, first: u32) -> Vec<Call> {
    let mut order: Vec<usize> = (0..calls.len()).collect();
    order.sort_unstable_by_key(|place| (calls[*place].at, *place));
    let mut rank = vec![0_u32; calls.len()];
    for (new, old) in (0_u32..).zip(&order) {
        rank[*old] = new;
    }
    for new in 0..order.len() {
        let mut old = order[new];
        // A call that stood at an earlier place was swapped to where the one of that place came from.
        while old < new {
            old = order[old];
        }
        calls.swap(new, old);
    }
    for (number, call) in (1..).zip(&mut calls) {
        call.id = CallId::Generated(number);
        let of_parent = |Ordinal(place)| rank.get(place as usize).map(|rank| Ordinal(first + rank));
        call.parent = call.parent.and_then(of_parent);
    }
    calls
}
