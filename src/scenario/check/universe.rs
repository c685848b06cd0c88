//! The records of a scenario: agents, customers, queues, and calls, listed and generated.

use std::collections::HashMap;

use super::calls::{CallNames, call};
use super::doubts::in_words;
use super::generate::blocks;
use super::names::Names;
use crate::dialects::Accounts;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::file;
use crate::scenario::load::{FileEntry, Merged, entry_of};
use crate::times::Origin;
use crate::universe::{
    Agent, CallOutcome, Customer, Population, Queue, Universe, generated, is_generated_id,
};

/// Builds the universe of a merged scenario.
pub fn universe(
    merged: &mut Merged,
    accounts: &Accounts,
    numbers: &[String],
    seed: u64,
    origin: &Origin,
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
        if !merged.generate.is_empty() && is_generated_id(&entry.value.id.value) {
            let message = "generated calls have the ids `gen-1`, `gen-2` and so on; give this one another";
            mistakes.push(entry.mistake(entry.value.id.place, "id", message));
        }
        let (place, path) = (entry.value.id.place, entry.path.clone());
        let here = entry_of(&entry.file, (), &path);
        let call = call(entry, &names, accounts, origin, mistakes);
        if call.recording.as_ref().is_some_and(|recording| recording.url.is_some()) {
            let message = "the URL leads out of callmock, and is shown as written; leave it out to get one that callmock serves";
            doubts.push(here.mistake(place, "recording.url", message));
        }
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

    let blocks = blocks(&merged.generate, &names, accounts, origin, mistakes);
    if !blocks.is_empty() && mistakes.is_empty() {
        let first = u32::try_from(calls.len()).unwrap_or(u32::MAX);
        let population =
            Population { agents: &mut agents, customers: &mut customers, queues: &mut queues, numbers };
        let more = generated(&blocks, seed, first, population);
        // A long list is not copied without need.
        if calls.is_empty() {
            calls = more;
        } else {
            calls.extend(more);
        }
    }
    Universe::new(seed, agents, customers, queues, calls)
}

fn agent(mut agent: file::Agent) -> Agent {
    let data = agent.take_data();
    Agent {
        id: agent.id.value.into(),
        name: agent.name.ordered(agent.order),
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
        name: customer.name.map(|name| name.ordered(customer.order)),
        phones: customer.phones.into_iter().map(Into::into).collect(),
        tickets: customer.tickets.into_iter().map(Into::into).collect(),
        data,
        made_up: false,
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
