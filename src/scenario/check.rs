//! Checking a merged scenario and turning it into what a world starts with: every name is looked up
//! here, and what cannot be true is refused.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveTime, SubsecRound, TimeDelta, Timelike};
use sha2::Digest as _;

use super::diagnostic::{Diagnostic, Invalid};
use super::fault::Rule;
use super::file::Generate;
use super::load::{Entry, Merged, entry_of};
use super::values::{At, Place, When};
use super::{ClockSpec, Request, Scenario, file};
use crate::contract::{Readings, UnknownReading};
use crate::dialects::{Accounts, Doubt, ListedAt, OfQueue, VENDORS};
use crate::nearest::instead;
use crate::universe::{
    Agent, Call, CallId, CallOutcome, Cast, Customer, Holder, Ordinal, Plan, Queue, Rating, Recording, Ref,
    Universe, is_created_id, is_generated_id,
};

/// How many faults one scenario may have, as many as a world.
const FAULTS: usize = 10_000;

/// How many calls one scenario may generate.
const GENERATED: RangeInclusive<u32> = 1..=10_000_000;

/// Checks a merged scenario.
///
/// # Errors
/// Every mistake in it.
pub fn check(mut merged: Merged, request: &Request) -> Result<Scenario, Invalid> {
    let mut mistakes = std::mem::take(&mut merged.mistakes);
    let of_text = mistakes.len();
    // Who stands in an entry that could not be read would be missed everywhere.
    if ["accounts", "agents", "customers", "queues"].iter().any(|list| merged.left_out.contains(*list)) {
        return Err(Invalid(mistakes));
    }
    if let Some(most) = request.most_calls {
        few_calls(&merged, most, &mut mistakes);
    }
    let faults = faults(&mut merged, request, &mut mistakes);
    let readings = readings(&merged, request, &mut mistakes);
    let (accounts, places) =
        accounts(std::mem::take(&mut merged.accounts), merged.allow_real_keys, &mut mistakes);
    let seed = request.seed.or(merged.seed).unwrap_or_default();
    let digest = merged.digest.clone().chain_update(seed.to_be_bytes()).finalize();
    let mut doubts = vec![];
    let universe = universe(&mut merged, &accounts, seed, &mut mistakes, &mut doubts);
    doubts.extend(of_accounts(&accounts, &places, &universe));
    if !mistakes.is_empty() {
        return Err(Invalid(without_followers(mistakes, of_text)));
    }
    let clock = match (request.now, merged.clock) {
        (Some(now), _) => ClockSpec::Fixed(now),
        (None, Some(clock)) => clock.0,
        (None, None) => ClockSpec::Real,
    };
    Ok(Scenario {
        title: merged.title,
        universe: Arc::new(universe),
        accounts,
        clock,
        seed,
        readings,
        faults,
        doubts,
        fingerprint: digest[..16].iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

/// The mistakes without those that only follow from the first ones: what an entry lacks because a
/// key in it is misspelt.
fn without_followers(mut mistakes: Vec<Diagnostic>, of_text: usize) -> Vec<Diagnostic> {
    let rest = mistakes.split_off(of_text);
    let follows = |later: &Diagnostic| {
        mistakes.iter().any(|first| {
            let within = first.path.strip_prefix(later.path.as_str());
            first.file == later.file && within.is_some_and(|within| within.starts_with(['.', '[']))
        })
    };
    let rest: Vec<Diagnostic> = rest.into_iter().filter(|later| !follows(later)).collect();
    mistakes.extend(rest);
    mistakes
}

/// Refuses more calls than one who is not at home may bring.
fn few_calls(merged: &Merged, most: usize, mistakes: &mut Vec<Diagnostic>) {
    let message = |calls: usize| {
        format!(
            "expected {most} calls at most, found {calls}; start the server with more (--max-world-calls), or with the scenario \
             as a file of its own"
        )
    };
    let generated = merged.generate.as_ref().map_or(0, |entry| entry.value.calls.value as usize);
    let calls = merged.calls.len().saturating_add(generated);
    if calls <= most {
        return;
    }
    match &merged.generate {
        Some(entry) => mistakes.push(entry.mistake(entry.value.calls.place, "calls", message(calls))),
        None => mistakes.extend(
            merged.calls.get(most).map(|entry| entry.mistake(entry.value.id.place, "", message(calls))),
        ),
    }
}

fn faults(merged: &mut Merged, request: &Request, mistakes: &mut Vec<Diagnostic>) -> Vec<Arc<Rule>> {
    let mut rules = vec![];
    let mut ids: HashMap<String, String> = HashMap::new();
    if let Some(entry) = merged.faults.get(FAULTS) {
        let message =
            format!("there are more faults than {FAULTS}, and each request is held against all of them");
        mistakes.push(entry.mistake(entry.value.place, "", message));
        return rules;
    }
    for entry in std::mem::take(&mut merged.faults) {
        if let Some(id) = &entry.value.value.id
            && let Some(first) = ids.insert(id.clone(), entry.path.clone())
        {
            let message = format!("a second fault `{id}`; the first is {first}. Give it another id");
            mistakes.push(entry.mistake(entry.value.place, "id", message));
        }
        match entry.value.value.clone().rule(&request.catalogues) {
            Ok(rule) => rules.push(Arc::new(rule)),
            Err(wrong) => mistakes.push(entry.mistake(entry.value.place, wrong.path, wrong.message)),
        }
    }
    rules
}

fn readings(merged: &Merged, request: &Request, mistakes: &mut Vec<Diagnostic>) -> Readings {
    let mut readings = Readings::default();
    for entry in &merged.readings {
        let (id, option) = &entry.value;
        let name = &option.value.0;
        match readings.choose(request.readings(), &id.value, name) {
            Ok(()) => {}
            Err(UnknownReading::Id) => {
                let known = request.readings().map(|r| r.id);
                let message = format!("unknown reading `{}`{}", id.value, instead(&id.value, known));
                mistakes.push(entry.mistake(id.place, &id.value, message));
            }
            Err(UnknownReading::Option(options)) => {
                let known = options.iter().copied();
                let message = format!("`{}` is not an option{}", name, instead(name, known));
                mistakes.push(entry.mistake(option.place, &id.value, message));
            }
        }
    }
    readings
}

fn accounts(
    files: Vec<Entry<file::Accounts>>,
    allow_real_keys: bool,
    mistakes: &mut Vec<Diagnostic>,
) -> (Accounts, Vec<Entry<Place>>) {
    let mut places = vec![];
    let mut all = file::Accounts::default();
    let mut seen: HashMap<(&str, String), Arc<str>> = HashMap::new();
    for entry in files {
        for (vendor, n, account) in entry.value.each() {
            for (m, holder) in account.value.created_on().iter().enumerate() {
                let name = holder.split('/').next().unwrap_or_default();
                if !VENDORS.contains(&name) {
                    let instead = instead(name, VENDORS.iter().copied());
                    let message = format!("there is no vendor `{name}`{instead}");
                    mistakes.push(entry.mistake(
                        account.place,
                        &format!("{vendor}[{n}].created_on[{m}]"),
                        message,
                    ));
                }
            }
            let half = account.value.public_half().to_owned();
            let part = format!("{vendor}[{n}]");
            places.push((vendor, entry_of(&entry.file, account.place, &format!("accounts.{part}"))));
            if !allow_real_keys && account.value.looks_real() {
                let message = "this looks like a real key, which belongs in no file; make one up that says so, such as `mock-key`. \
                               Where it must be this one, write `allow_real_keys: true` at the top level";
                mistakes.push(entry.mistake(account.place, &part, message));
            }
            if half.is_empty() {
                mistakes.push(entry.mistake(
                    account.place,
                    &part,
                    "the public half of a credential cannot be empty",
                ));
            } else if let Some(file) = seen.insert((vendor, half.clone()), Arc::clone(&entry.file)) {
                let message =
                    format!("a second account `{half}` of {vendor}; the first is in {file}. Give it another");
                mistakes.push(entry.mistake(account.place, &part, message));
            }
        }
        all.append(entry.value);
    }
    // As the accounts themselves will stand: vendor by vendor.
    places.sort_by_key(|(vendor, _)| VENDORS.iter().position(|known| known == vendor));
    (all.into_accounts(), places.into_iter().map(|(_, place)| place).collect())
}

/// Warnings about values in the accounts that are likely to be mistakes.
fn of_accounts(accounts: &Accounts, places: &[Entry<Place>], universe: &Universe) -> Vec<Diagnostic> {
    let queues: Vec<&OfQueue> = universe.queues().map(|(_, queue)| &queue.data).collect();
    let all = accounts.each().zip(places);
    all.flat_map(|((_, account), entry)| {
        let doubts = account.doubts(&queues).into_iter();
        doubts.map(|doubt| entry.mistake(entry.value, doubt.key, in_words(&doubt))).collect::<Vec<_>>()
    })
    .collect()
}

/// A doubt with the nearest value that the vendor's page lists.
fn in_words(doubt: &Doubt) -> String {
    let instead = doubt
        .not_listed
        .as_ref()
        .map(|(given, listed)| instead(given, listed.iter().copied()))
        .unwrap_or_default();
    format!("{}{instead}", doubt.message)
}

/// The entries of one kind by their ids.
struct Names {
    kind: &'static str,
    index: HashMap<String, usize>,
    /// The names that were asked for and are not there: each is told once.
    missing: RefCell<HashSet<String>>,
    /// Whether there may be others, in entries that could not be read.
    partial: bool,
}

/// For how many names that are not there the nearest right one is looked for: that costs as much as
/// there are names.
const PROPOSALS: usize = 100;

impl Names {
    fn of<T>(
        kind: &'static str,
        entries: &[Entry<T>],
        id: impl Fn(&T) -> &At<String>,
        mistakes: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut index: HashMap<String, usize> = HashMap::with_capacity(entries.len());
        for (n, entry) in entries.iter().enumerate() {
            let id = id(&entry.value);
            if id.value.is_empty() {
                mistakes.push(entry.mistake(id.place, "id", "an id cannot be empty"));
            } else if let Some(first) = index.insert(id.value.clone(), n) {
                let Entry { file, path, .. } = &entries[first];
                let message = format!(
                    "a second {kind} `{}`; the first is {path} in {file}. Give it another id",
                    id.value
                );
                mistakes.push(entry.mistake(id.place, "id", message));
            }
        }
        Self::indexed(kind, index)
    }

    fn indexed(kind: &'static str, index: HashMap<String, usize>) -> Self {
        Self { kind, index, missing: RefCell::default(), partial: false }
    }

    fn find<T>(
        &self,
        entry: &Entry<T>,
        part: &str,
        id: Option<&At<String>>,
        mistakes: &mut Vec<Diagnostic>,
    ) -> Option<usize> {
        let id = id?;
        let found = self.index.get(&id.value).copied();
        if found.is_none() && !self.partial && self.missing.borrow_mut().insert(id.value.clone()) {
            let instead = if self.missing.borrow().len() <= PROPOSALS {
                let mut known: Vec<&str> = self.index.keys().map(String::as_str).collect();
                known.sort_unstable();
                instead(&id.value, known.iter().copied())
            } else {
                String::new()
            };
            let message = format!("there is no {} `{}`{instead}", self.kind, id.value);
            mistakes.push(entry.mistake(id.place, part, message));
        }
        found
    }
}

fn universe(
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
        let cast = Cast { agents: &mut agents, customers: &mut customers, queues: &mut queues };
        calls.extend(plan.calls(seed, first, cast));
    }
    Universe::new(seed, agents, customers, queues, calls)
}

/// What a call may name.
struct CallNames {
    agents: Names,
    customers: Names,
    queues: Names,
    calls: Names,
}

/// One call for a world that is under way, named as in a scenario's entry.
///
/// # Errors
/// Every mistake in it.
pub fn single_call(
    mut entry: Entry<file::Call>,
    universe: &Universe,
    accounts: &Accounts,
    call_named: impl Fn(&str) -> Option<Ordinal>,
    account_named: impl Fn(&str, &str) -> String,
) -> Result<Call, Invalid> {
    let mut mistakes = vec![];
    for holder in entry.value.on.iter_mut().flatten() {
        if let Some((vendor, half)) = holder.value.split_once('/') {
            holder.value = format!("{vendor}/{}", account_named(vendor, half));
        }
    }
    let ids = |kind, all: Vec<&str>| {
        let index = all.into_iter().enumerate().map(|(n, id)| (id.to_owned(), n)).collect();
        Names::indexed(kind, index)
    };
    // A universe may have millions of calls: only the ones that are named are looked for.
    let named = [Some(&entry.value.id), entry.value.parent.as_ref()].into_iter().flatten();
    let named: Vec<(String, Ordinal)> =
        named.filter_map(|id| Some((id.value.clone(), call_named(&id.value)?))).collect();
    let known = CallNames {
        agents: ids("agent", universe.agents().map(|(_, agent)| agent.id.as_ref()).collect()),
        customers: ids("customer", universe.customers().map(|(_, customer)| customer.id.as_ref()).collect()),
        queues: ids("queue", universe.queues().map(|(_, queue)| queue.id.as_ref()).collect()),
        calls: Names::indexed(
            "call",
            named.into_iter().map(|(id, ordinal)| (id, ordinal.0 as usize)).collect(),
        ),
    };
    let id = &entry.value.id;
    if id.value.is_empty() {
        mistakes.push(entry.mistake(id.place, "id", "an id cannot be empty"));
    } else if known.calls.index.contains_key(&id.value) {
        let message = format!("there is a call `{}` already; give this one another id", id.value);
        mistakes.push(entry.mistake(id.place, "id", message));
    }
    let call = call(entry, &known, accounts, &mut mistakes);
    if mistakes.is_empty() { Ok(call) } else { Err(Invalid(mistakes)) }
}

fn call(
    mut entry: Entry<file::Call>,
    names: &CallNames,
    accounts: &Accounts,
    mistakes: &mut Vec<Diagnostic>,
) -> Call {
    phases(&entry, mistakes);
    let agent = names.agents.find(&entry, "agent", entry.value.agent.as_ref(), mistakes).map(Ref::to);
    let customer =
        names.customers.find(&entry, "customer", entry.value.customer.as_ref(), mistakes).map(Ref::to);
    let queue = names.queues.find(&entry, "queue", entry.value.queue.as_ref(), mistakes).map(Ref::to);
    let parent = names.calls.find(&entry, "parent", entry.value.parent.as_ref(), mistakes);
    if let Some(parent) = &entry.value.parent
        && parent.value == entry.value.id.value
    {
        mistakes.push(entry.mistake(parent.place, "parent", "a call cannot be derived from itself"));
    }
    if is_created_id(&entry.value.id.value) {
        let message = "created calls have the ids `created-1`, `created-2` and so on; give this one another";
        mistakes.push(entry.mistake(entry.value.id.place, "id", message));
    }
    let on = entry.value.on.take();
    let on = holders(&entry, on.as_deref(), accounts, mistakes);
    let data = entry.value.take_data();
    for (vendor, data) in data.each() {
        if let Some((key, message)) = data.mistake() {
            mistakes.push(entry.mistake(entry.value.id.place, &format!("{vendor}.{key}"), message));
        }
        if let Some(listed) = data.listed_at() {
            listed_at(&entry, vendor, listed, mistakes);
        }
    }
    let file::Call { id, direction, from, to, at, outcome, ended_by, note, recording, rating, .. } =
        entry.value;
    let length = |length: Option<super::values::Length>| length.map(|l| l.0).unwrap_or_default();
    Call {
        id: CallId::Listed(id.value.into()),
        direction,
        from: from.into(),
        to: to.into(),
        // The finest time that any vendor shows is a microsecond: what is finer must not decide an
        // order.
        at: at.value.0.trunc_subsecs(6),
        dial: length(entry.value.dial),
        ivr: length(entry.value.ivr),
        wait: length(entry.value.wait),
        ring: length(entry.value.ring),
        talk: length(entry.value.talk.map(|talk| talk.value)),
        hold: length(entry.value.hold.map(|hold| hold.value)),
        outcome,
        ended_by,
        agent,
        customer,
        queue,
        parent: parent.and_then(|n| u32::try_from(n).ok()).map(Ordinal),
        note: note.map(Into::into),
        recording: recording.map(|r| Recording { url: r.url.map(Into::into), duration: r.duration.0 }),
        rating: rating
            .map(|r| Box::new(Rating { score: r.score, label: r.label.map(Into::into), channel: r.channel })),
        on,
        awaits_agent: false,
        data: (!data.is_empty()).then(|| Box::new(data)),
    }
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

fn customer(mut entry: Entry<file::Customer>, mistakes: &mut Vec<Diagnostic>) -> Customer {
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

fn queue(mut entry: Entry<file::Queue>, doubts: &mut Vec<Diagnostic>) -> Queue {
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

/// Refuses phases that contradict the outcome.
fn phases(entry: &Entry<file::Call>, mistakes: &mut Vec<Diagnostic>) {
    let file::Call { talk, hold, outcome, .. } = &entry.value;
    let spoke = talk.map(|talk| talk.value.0).unwrap_or_default();
    if let Some(talk) = talk
        && *outcome != CallOutcome::Answered
        && spoke.0 > 0
    {
        let message = "only an answered call has talk; leave it out, or write `outcome: answered`";
        mistakes.push(entry.mistake(talk.place, "talk", message));
    }
    if let Some(hold) = hold
        && hold.value.0 > spoke
    {
        let message = format!("hold is within talk, so {} is more than there is ({spoke})", hold.value.0);
        mistakes.push(entry.mistake(hold.place, "hold", message));
    }
}

/// Refuses a wire time that would put the call elsewhere in the vendor's list than its `at` does.
fn listed_at(entry: &Entry<file::Call>, vendor: &str, listed: ListedAt<'_>, mistakes: &mut Vec<Diagnostic>) {
    let at = entry.value.at;
    let (shown, same) = match listed {
        ListedAt::UnixMillis(ms) => (ms.to_string(), at.value.0.timestamp_millis() == ms),
        ListedAt::Text(text) => {
            let wire = DateTime::parse_from_rfc3339(text).map(|wire| wire.to_utc());
            let same = wire.is_ok_and(|wire| wire == at.value.0 || wire == at.value.0.trunc_subsecs(0));
            (text.to_owned(), same)
        }
    };
    if !same {
        let message = format!(
            "{vendor} lists calls by this time, so it must be the call's `at` ({}), not `{shown}`",
            at.value.0.to_rfc3339()
        );
        mistakes.push(entry.mistake(at.place, vendor, message));
    }
}

fn holders<T>(
    entry: &Entry<T>,
    on: Option<&[At<String>]>,
    accounts: &Accounts,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Arc<[Holder]>> {
    let mut holders = vec![];
    for (n, holder) in on?.iter().enumerate() {
        let (name, account) = match holder.value.split_once('/') {
            Some((name, account)) => (name, Some(account)),
            None => (holder.value.as_str(), None),
        };
        let mut fail =
            |message: String| mistakes.push(entry.mistake(holder.place, &format!("on[{n}]"), message));
        let Some(vendor) = VENDORS.iter().copied().find(|vendor| *vendor == name) else {
            fail(format!("there is no vendor `{name}`{}", instead(name, VENDORS.iter().copied())));
            continue;
        };
        let known = || accounts.each().filter(|(v, _)| *v == vendor).map(|(_, a)| a.public_half());
        match account {
            Some(account) if !known().any(|half| half == account) => {
                let known: Vec<&str> = known().collect();
                let instead = instead(account, known.iter().copied());
                fail(format!("there is no account `{account}` of {vendor}{instead}"));
            }
            account => holders.push(Holder { vendor, account: account.map(Into::into) }),
        }
    }
    Some(holders.into())
}

fn plan(entry: &Entry<Generate>, accounts: &Accounts, mistakes: &mut Vec<Diagnostic>) -> Option<Plan> {
    let Generate { calls, from, to, offset, on } = &entry.value;
    let offset = offset.map_or(FixedOffset::east_opt(0)?, |offset| offset.0);
    let midnight = |day: chrono::NaiveDate| day.and_time(NaiveTime::MIN).and_local_timezone(offset).single();
    let start = match from.0 {
        When::Day(day) => midnight(day)?,
        When::Moment(moment) => moment.with_timezone(&offset),
    };
    let end = match to.value.0 {
        When::Day(day) => midnight(day.succ_opt()?)?,
        When::Moment(moment) => moment.with_timezone(&offset),
    };
    let mut fail =
        |place: Place, part: &str, message: String| mistakes.push(entry.mistake(place, part, message));
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
