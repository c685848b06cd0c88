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
use draw::Draft;

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
    let mut drafts = Vec::with_capacity(calls);
    for (n, block) in blocks.iter().enumerate() {
        let end = drafts.len() + block.calls as usize;
        let mut chance = Chance::of(seed, 1 + n as u64);
        block.generate(&mut people, n, end, &mut chance, &mut drafts);
    }
    in_time_order(drafts, first)
}

/// Sorts drafts by time, numbers them, and turns the indexes of parents into ordinals.
fn in_time_order(drafts: Vec<Draft>, first: u32) -> Vec<Call> {
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|place| (drafts[*place].call.at, *place));
    let mut rank = vec![0_u32; drafts.len()];
    for (new, old) in (0_u32..).zip(&order) {
        rank[*old] = new;
    }
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    (1..)
        .zip(order)
        .filter_map(|(number, place)| {
            let Draft { call, parent } = drafts[place].take()?;
            let parent = parent.map(|place| Ordinal(first + rank[place]));
            Some(Call { id: CallId::Generated(number), parent, ..call })
        })
        .collect()
}
