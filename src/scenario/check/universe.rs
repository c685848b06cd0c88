//! The records of a scenario: agents, customers, queues, and calls, listed and generated.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use chrono::{FixedOffset, NaiveTime, TimeDelta, Timelike};

use super::accounts::holders;
use super::calls::{CallNames, call};
use super::doubts::in_words;
use super::names::Names;
use crate::dialects::Accounts;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::file::{self, Generate};
use crate::scenario::load::{FileEntry, Merged, entry_of};
use crate::scenario::values::{Boundary, Position};
use crate::universe::{Agent, CallOutcome, Customer, Plan, Population, Queue, Universe, is_generated_id};

/// How many calls one scenario may generate.
const GENERATED: RangeInclusive<u32> = 1..=10_000_000;

/// Builds the universe of a merged scenario.
pub fn universe(
    merged: &mut Merged,
    accounts: &Accounts,
    seed: u64,
    mistakes: &mut Vec<Diagnostic>,
    doubts: &mut Vec<Diagnostic>,
) -> Universe {
    let agent_names = Names::of("agent", &merged.agents, |a| &a.id, mistakes);
    let customer_names = Names::of("customer", &merged.customers, |c| &c.id, mistakes);
    let queue_names = Names::of("queue", &merged.queues, |q| &q.id, mistakes);
    let mut call_names = Names::of("call", &merged.calls, |c| &c.id, mistakes);
    call_names.partial = merged.left_out.contains("calls");

    let mut agents: Vec<Agent> = merged.agents.drain(..).map(|entry| agent(entry.value)).collect();
    let mut customers: Vec<Customer> =
        merged.customers.drain(..).map(|entry| customer(entry, mistakes)).collect();
    let mut queues: Vec<Queue> = merged.queues.drain(..).map(|entry| queue(entry, doubts)).collect();

    let names =
        CallNames { agents: agent_names, customers: customer_names, queues: queue_names, calls: call_names };
    let mut wire_ids: HashMap<(&str, String), String> = HashMap::new();
    let mut calls = Vec::with_capacity(merged.calls.len());
    for entry in std::mem::take(&mut merged.calls) {
        if merged.generate.is_some() && is_generated_id(&entry.value.id.value) {
            let message = "generated calls have the ids `gen-1`, `gen-2` and so on; give this one another";
            mistakes.push(entry.mistake(entry.value.id.place, "id", message));
        }
        let (place, path) = (entry.value.id.place, entry.path.clone());
        let here = entry_of(&entry.file, (), &path);
        let call = call(entry, &names, accounts, mistakes);
        let answered = call.outcome == CallOutcome::Answered;
        for (vendor, data) in call.data.iter().flat_map(|data| data.each()) {
            for doubt in data.doubts(answered) {
                doubts.push(here.mistake(place, &format!("{vendor}.{}", doubt.key), in_words(&doubt)));
            }
            if let Some((key, part)) = data.part()
                && !accounts.each().any(|(of, account)| of == vendor && account.has_part(part))
            {
                let message = format!("no account of {vendor} has `{part}`: nobody is ever shown this call");
                doubts.push(here.mistake(place, &format!("{vendor}.{key}"), message));
            }
            if let Some(id) = data.wire_id()
                && let Some(first) = wire_ids.insert((vendor, id.to_string()), path.clone())
            {
                let message = format!("a second call with the id `{id}` at {vendor}; the first is {first}");
                mistakes.push(here.mistake(place, vendor, message));
            }
        }
        calls.push(call);
    }

    if let Some(entry) = &merged.generate
        && mistakes.is_empty()
        && let Some(plan) = plan(entry, accounts, mistakes)
    {
        let first = u32::try_from(calls.len()).unwrap_or(u32::MAX);
        let population = Population { agents: &mut agents, customers: &mut customers, queues: &mut queues };
        calls.extend(plan.calls(seed, first, population));
    }
    Universe::new(seed, agents, customers, queues, calls)
}

fn agent(mut agent: file::Agent) -> Agent {
    let data = agent.take_data();
    Agent {
        id: agent.id.value.into(),
        name: agent.name.0,
        email: agent.email.map(Into::into),
        extension: agent.extension.map(Into::into),
        state: agent.state,
        data,
    }
}

fn customer(mut entry: FileEntry<file::Customer>, mistakes: &mut Vec<Diagnostic>) -> Customer {
    let data = entry.value.take_data();
    for (vendor, data) in data.each() {
        if let Some((key, message)) = data.mistake() {
            mistakes.push(entry.mistake(entry.value.id.place, &format!("{vendor}.{key}"), message));
        }
    }
    let customer = entry.value;
    Customer {
        id: customer.id.value.into(),
        name: customer.name.map(|name| name.0),
        phones: customer.phones.into_iter().map(Into::into).collect(),
        tickets: customer.tickets.into_iter().map(Into::into).collect(),
        data,
    }
}

fn queue(mut entry: FileEntry<file::Queue>, doubts: &mut Vec<Diagnostic>) -> Queue {
    let data = entry.value.take_data();
    for (vendor, data) in data.each() {
        for doubt in data.doubts() {
            let place = entry.value.id.place;
            doubts.push(entry.mistake(place, &format!("{vendor}.{}", doubt.key), in_words(&doubt)));
        }
    }
    let queue = entry.value;
    Queue { id: queue.id.value.into(), name: queue.name.into(), state: queue.state, data }
}

fn plan(entry: &FileEntry<Generate>, accounts: &Accounts, mistakes: &mut Vec<Diagnostic>) -> Option<Plan> {
    let Generate { calls, from, to, offset, on } = &entry.value;
    let offset = offset.map_or(FixedOffset::east_opt(0)?, |offset| offset.0);
    let midnight = |day: chrono::NaiveDate| day.and_time(NaiveTime::MIN).and_local_timezone(offset).single();
    let start = match from.0 {
        Boundary::Day(day) => midnight(day)?,
        Boundary::Moment(moment) => moment.with_timezone(&offset),
    };
    let end = match to.value.0 {
        Boundary::Day(day) => midnight(day.succ_opt()?)?,
        Boundary::Moment(moment) => moment.with_timezone(&offset),
    };
    let mut fail =
        |place: Position, part: &str, message: String| mistakes.push(entry.mistake(place, part, message));
    if !GENERATED.contains(&calls.value) {
        let (least, most) = (GENERATED.start(), GENERATED.end());
        fail(calls.place, "calls", format!("expected {least} to {most} calls, found {}", calls.value));
        return None;
    }
    if end - start < TimeDelta::milliseconds(1) {
        fail(to.place, "to", "the end is not after the beginning".to_owned());
        return None;
    }
    let on = holders(entry, on.as_deref(), accounts, mistakes);
    let whole_hour = start - TimeDelta::minutes(i64::from(start.minute()));
    Some(Plan {
        calls: calls.value,
        from: start.to_utc(),
        to: end.to_utc(),
        first_hour: whole_hour.hour(),
        on,
    })
}
