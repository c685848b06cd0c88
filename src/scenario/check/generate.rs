//! Checking the blocks of generated calls.

use std::ops::RangeInclusive;

use chrono::TimeDelta;

use super::accounts::holders;
use super::calls::CallNames;
use super::names::Names;
use crate::dialects::Accounts;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::file::{Generate, MadeUpCustomers};
use crate::scenario::load::FileEntry;
use crate::scenario::values::{At, Position};
use crate::times::{Origin, Zone};
use crate::universe::{Block, Country, Made, Mix, Moments, Period, Talk, Week};

/// The number of calls that one scenario may generate.
const GENERATED: RangeInclusive<u64> = 1..=10_000_000;

/// The number of customers that one block may make up.
const CUSTOMERS: RangeInclusive<u64> = 1..=60_000;

/// Checks the blocks of a scenario.
pub fn blocks(
    entries: &[FileEntry<Generate>],
    names: &CallNames,
    accounts: &Accounts,
    origin: &Origin,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Block> {
    let mut all = 0;
    let mut blocks = vec![];
    for entry in entries {
        let calls = entry.value.calls;
        all += u64::from(calls.value);
        if calls.value == 0 || !GENERATED.contains(&all) {
            let (least, most) = (GENERATED.start(), GENERATED.end());
            let message = format!("expected {least} to {most} calls, found {all}");
            mistakes.push(entry.mistake(calls.place, "calls", message));
            continue;
        }
        let before = mistakes.len();
        let block = block(entry, names, accounts, origin, mistakes);
        if mistakes.len() == before {
            blocks.extend(block);
        }
    }
    blocks
}

fn block(
    entry: &FileEntry<Generate>,
    names: &CallNames,
    accounts: &Accounts,
    origin: &Origin,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Block> {
    let plan = &entry.value;
    let period = period(entry, origin, mistakes);
    let on = holders(entry, plan.on.as_deref(), accounts, mistakes);
    let outcomes = plan.outcomes.as_ref();
    let weights = outcomes.map(|outcomes| outcomes.value.weights().to_vec()).unwrap_or_default();
    let mix = Mix::of(plan.direction, &weights).map_err(|impossible| {
        let message = match impossible {
            Some(outcome) => {
                let name = serde_json::json!(outcome);
                let direction = serde_json::json!(plan.direction);
                format!("no {direction} call ends {name}; leave it out, or write another direction")
                    .replace('"', "`")
            }
            None => "no outcome has a weight over 0; write one such as `answered: 1`".to_owned(),
        };
        let place = outcomes.map(|outcomes| outcomes.place).unwrap_or_default();
        mistakes.push(entry.mistake(place, "outcomes", message));
    });
    let talk = plan.talk.as_ref().map(|talk| {
        let median = talk.value.median.0.0;
        let p95 = talk.value.p95.map_or(median.saturating_mul(3), |p95| p95.0.0);
        if median == 0 || p95 < median {
            let message =
                "`median` must be over 0 and `p95` no less: nineteen of twenty talks are shorter than `p95`";
            mistakes.push(entry.mistake(talk.place, "talk", message));
        }
        Talk { median, p95 }
    });
    let mut found = |names: &Names, part: &str, ids: Option<&Vec<At<String>>>| -> Vec<usize> {
        let ids = ids.into_iter().flatten().enumerate();
        ids.filter_map(|(n, id)| names.find(entry, &format!("{part}[{n}]"), Some(id), mistakes)).collect()
    };
    let queues = found(&names.queues, "queues", plan.queues.as_ref());
    let agents = found(&names.agents, "agents", plan.agents.as_ref());
    let customers =
        plan.customers.as_ref().map(|customers| made(entry, customers, plan.calls.value, mistakes));
    Some(Block {
        calls: plan.calls.value,
        period: period?,
        on,
        mix: mix.ok()?,
        talk,
        queues,
        agents,
        number: plan.from_number.as_deref().map(Into::into),
        customers,
    })
}

fn period(entry: &FileEntry<Generate>, origin: &Origin, mistakes: &mut Vec<Diagnostic>) -> Option<Period> {
    let Generate { from, to, offset, hours, weekdays, .. } = &entry.value;
    let zone = offset.map_or(origin.zone, |offset| Zone::Offset(offset.0));
    let local = origin.within(zone);
    let mut fail =
        |place: Position, part: &str, message: String| mistakes.push(entry.mistake(place, part, message));
    let begin = from.value.begin(&local).map_err(|error| fail(from.place, "from", error.to_string()));
    let end = to.value.end(&local).map_err(|error| fail(to.place, "to", error.to_string()));
    origin.note_if(local.is_used());
    let (from, end) = (begin.ok()?, end.ok()?);
    if end - from < TimeDelta::milliseconds(1) {
        let message = "the end is not after the beginning; write the earlier day as `from`, or the same day for one day";
        fail(to.place, "to", message.to_owned());
        return None;
    }
    let week = weekdays.as_ref().map_or(Week::WHOLE, |ranges| {
        Week(std::array::from_fn(|day| ranges.iter().any(|range| range.0.0[day])))
    });
    let period = Period { from, to: end, zone, hours: hours.map(|hours| hours.0), week };
    if Moments::of(&period).is_none() {
        let message = "no minute from `from` to `to` lies within `hours` on one of the `weekdays`";
        fail(to.place, "to", message.to_owned());
        return None;
    }
    Some(period)
}

fn made(
    entry: &FileEntry<Generate>,
    customers: &At<MadeUpCustomers>,
    calls: u32,
    mistakes: &mut Vec<Diagnostic>,
) -> Made {
    let MadeUpCustomers { country, count, repeat } = customers.value;
    let mut fail = |part: &str, message: String| {
        mistakes.push(entry.mistake(customers.place, &format!("customers.{part}"), message));
    };
    if let Some(share) = repeat.filter(|share| !(0.0..=1.0).contains(share)) {
        fail("repeat", format!("expected a share from 0 to 1, such as 0.2 for a fifth, found {share}"));
    }
    // The share is kept in thousandths, because fractions are not the same on every machine.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000")]
    let repeat = repeat.map(|share| (share.clamp(0.0, 1.0) * 1000.0).round() as u32);
    let numbers = country.map_or(*CUSTOMERS.end(), Country::numbers).min(*CUSTOMERS.end());
    if let Some(count) = count.filter(|count| !(1..=numbers).contains(&u64::from(*count))) {
        let why = country.map_or_else(String::new, |country| {
            format!(", because {} has no more numbers for made-up people", country.code())
        });
        fail("count", format!("expected 1 to {numbers} customers, found {count}{why}"));
    }
    let once = repeat.map_or(u64::from(calls) / 3, |repeat| {
        u64::from(calls) * u64::from(1000_u32.saturating_sub(repeat)) / 1000
    });
    let unasked = u32::try_from(once.clamp(1, numbers)).unwrap_or(1);
    Made { country, count: count.unwrap_or(unasked), repeat }
}
