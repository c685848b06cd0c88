//! The generator: a believable contact centre's calls from a seed, the same bytes on every machine.
//!
//! Only integers and a portable stream cipher are used, so that no platform's floating point or
//! word size shows.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{
    Agent, AgentState, Call, CallId, CallOutcome, Customer, Direction, EndedBy, Holder, Millis, Name,
    Ordinal, Queue, QueueState, Rating, RatingChannel, Recording, Ref,
};
use crate::dialects::{OfAgent, OfCustomer, OfQueue};

/// What to generate.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many calls.
    pub calls: u32,
    /// The first moment of the first day. Days and their hours are counted from here.
    pub from: DateTime<Utc>,
    /// The moment after the last.
    pub to: DateTime<Utc>,
    /// Where the day stands at `from`: the local hour that the mix of hours starts with.
    pub first_hour: u32,
    /// Who holds the calls.
    pub on: Option<Arc<[Holder]>>,
}

/// Whether a text is an id that the generator gives.
#[must_use]
pub fn is_generated_id(id: &str) -> bool {
    id.strip_prefix("gen-").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a text is an id that a world gives to the calls that requests create.
#[must_use]
pub fn is_created_id(id: &str) -> bool {
    id.strip_prefix("created-").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// How many of a thousand calls of a day begin in each local hour.
const HOURS: [u32; 24] =
    [2, 1, 1, 1, 1, 3, 8, 25, 60, 104, 109, 99, 72, 87, 104, 102, 95, 88, 62, 42, 18, 9, 5, 2];

const DIRECTIONS: &[(u32, Direction)] =
    &[(60, Direction::Inbound), (33, Direction::Outbound), (7, Direction::Internal)];

const INBOUND: &[(u32, CallOutcome)] = &[
    (72, CallOutcome::Answered),
    (6, CallOutcome::AbandonedIvr),
    (8, CallOutcome::AbandonedQueue),
    (3, CallOutcome::AbandonedRing),
    (5, CallOutcome::NoAnswer),
    (4, CallOutcome::Voicemail),
    (1, CallOutcome::Busy),
    (1, CallOutcome::Failed),
];

const OUTBOUND: &[(u32, CallOutcome)] = &[
    (56, CallOutcome::Answered),
    (22, CallOutcome::NoAnswer),
    (9, CallOutcome::Busy),
    (6, CallOutcome::Voicemail),
    (4, CallOutcome::Rejected),
    (3, CallOutcome::Failed),
];

const INTERNAL: &[(u32, CallOutcome)] =
    &[(85, CallOutcome::Answered), (12, CallOutcome::NoAnswer), (3, CallOutcome::Busy)];

/// Talk, in milliseconds: most calls take minutes, some seconds, a few the better part of an hour.
const TALK: &[(u32, (u32, u32))] = &[
    (22, (4_000, 60_000)),
    (54, (60_000, 360_000)),
    (20, (360_000, 1_200_000)),
    (4, (1_200_000, 3_300_000)),
];

const SCORES: &[(u32, i64)] = &[(46, 5), (27, 4), (12, 3), (6, 2), (9, 1)];

/// The people and queues that calls are drawn from.
#[derive(Debug)]
pub struct Population<'a> {
    /// Who takes the calls.
    pub agents: &'a mut Vec<Agent>,
    /// Who calls and is called.
    pub customers: &'a mut Vec<Customer>,
    /// Where inbound calls wait.
    pub queues: &'a mut Vec<Queue>,
}

impl Plan {
    /// The calls, oldest first, the first of which gets the ordinal `first`.
    ///
    /// A kind of which the population has nobody is filled with made-up entries before that.
    #[must_use]
    pub fn calls(&self, seed: u64, first: u32, population: Population<'_>) -> Vec<Call> {
        let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
        let Population { agents, customers, queues } = population;
        if agents.is_empty() {
            agents.extend((0..AGENTS.len()).map(made_up_agent));
        }
        if queues.is_empty() {
            queues.extend(QUEUES.iter().map(|name| made_up_queue(name)));
        }
        if customers.is_empty() {
            let count = (self.calls / 3).clamp(1, MOST_CUSTOMERS);
            customers.extend((0..count).map(|n| made_up_customer(n, &mut chance)));
        }
        let generator = Generator {
            plan: self,
            agents: agents.len(),
            lines: (0..queues.len()).map(|n| fictional_number(n as u64).into()).collect(),
            extensions: agents.iter().map(|a| a.extension.as_deref().unwrap_or(&a.id).into()).collect(),
            phones: customers.iter().map(|c| c.phones.first().map(|phone| phone.as_ref().into())).collect(),
        };
        let mut drafts = Vec::with_capacity(self.calls as usize);
        while drafts.len() < self.calls as usize {
            generator.generate(&mut chance, &mut drafts);
        }
        drafts.truncate(self.calls as usize);
        in_time_order(drafts, first)
    }
}

const AGENTS: [(&str, &str); 12] = [
    ("Mai", "Nguyen"),
    ("Haruka", "Sato"),
    ("Wei", "Zhang"),
    ("Olivia", "Brown"),
    ("Duc", "Tran"),
    ("Kenta", "Ito"),
    ("Na", "Li"),
    ("James", "Miller"),
    ("Linh", "Pham"),
    ("Yui", "Tanaka"),
    ("Min", "Chen"),
    ("Emma", "Davis"),
];
const QUEUES: [&str; 4] = ["Sales", "Support", "Billing", "Returns"];
const FAMILIES: [&str; 16] = [
    "Suzuki", "Kim", "Wang", "Le", "Smith", "Yamada", "Liu", "Hoang", "Jones", "Mori", "Zhao", "Vu",
    "Garcia", "Abe", "Sun", "Do",
];
const GIVENS: [&str; 16] = [
    "Aoi", "Ji-woo", "Fang", "Thu", "Alex", "Ren", "Jun", "Khanh", "Sam", "Sora", "Lei", "Bao", "Maria",
    "Rin", "Tao", "Hieu",
];
/// Customers are made up to this many; more calls come from the same people again.
const MOST_CUSTOMERS: u32 = 60_000;

fn made_up_agent(n: usize) -> Agent {
    let (given, family) = AGENTS[n];
    let id = format!("agent-{}", n + 1);
    Agent {
        email: Some(format!("{}@example.com", given.to_lowercase()).into()),
        extension: Some(format!("{}", 101 + n).into()),
        id: id.into(),
        name: full_name(given, family),
        state: AgentState::Available,
        data: OfAgent::default(),
    }
}

fn made_up_queue(name: &str) -> Queue {
    Queue {
        id: name.to_lowercase().into(),
        name: name.into(),
        state: QueueState::Open,
        data: OfQueue::default(),
    }
}

fn made_up_customer(n: u32, chance: &mut Chance) -> Customer {
    let (given, family) = (chance.one_of(&GIVENS), chance.one_of(&FAMILIES));
    Customer {
        id: format!("customer-{}", n + 1).into(),
        name: Some(full_name(given, family)),
        // The first thousand numbers are the lines' and the strangers'.
        phones: vec![fictional_number(u64::from(n) + 1000).into()],
        tickets: vec![],
        data: OfCustomer::default(),
    }
}

fn full_name(given: &str, family: &str) -> Name {
    Name {
        display: format!("{given} {family}").into(),
        given: Some(given.into()),
        family: Some(family.into()),
    }
}

/// A number of the North American block kept for fiction (555-0100 to 555-0199 of every area code),
/// so that nobody's real telephone is ever in a scenario.
fn fictional_number(n: u64) -> String {
    let (area, last) = (201 + n / 100 % 780, n % 100);
    format!("+1{area}55501{last:02}")
}

/// Everything that stays the same while calls are made up.
struct Generator<'a> {
    plan: &'a Plan,
    agents: usize,
    /// The contact centre's own number of each queue.
    lines: Vec<Arc<str>>,
    /// Each agent's extension.
    extensions: Vec<Arc<str>>,
    /// Each customer's number, where it has one.
    phones: Vec<Option<Arc<str>>>,
}

/// A call whose parent is still named by its place among the drafts.
struct Draft {
    call: Call,
    parent: Option<usize>,
}

impl Generator<'_> {
    /// Makes up one call and, where it is transferred, the calls that follow from it.
    fn generate(&self, chance: &mut Chance, drafts: &mut Vec<Draft>) {
        let call = self.call(chance);
        let transferred = call.direction == Direction::Inbound
            && call.outcome == CallOutcome::Answered
            && chance.percent(6)
            && call.ended_at() < self.plan.to;
        let next = transferred.then(|| self.transfer(&call, chance));
        let parent = drafts.len();
        drafts.push(Draft { call, parent: None });
        drafts.extend(next.map(|call| Draft { call, parent: Some(parent) }));
    }

    fn call(&self, chance: &mut Chance) -> Call {
        let direction = chance.weighted(DIRECTIONS);
        let queue = chance.below(self.lines.len() as u64);
        let agent = chance.below(self.agents as u64);
        let (customer, phone) = self.far_end(chance);
        let line = Arc::clone(&self.lines[queue]);
        let extension = Arc::clone(&self.extensions[agent]);
        let at = self.moment(chance);
        let call = Call {
            id: CallId::Generated(0),
            direction,
            from: Arc::clone(&phone),
            to: Arc::clone(&line),
            at,
            dial: Millis(0),
            ivr: Millis(0),
            wait: Millis(0),
            ring: Millis(0),
            talk: Millis(0),
            hold: Millis(0),
            outcome: CallOutcome::Answered,
            ended_by: None,
            agent: None,
            customer: customer.map(Ref::to),
            queue: None,
            parent: None,
            note: None,
            recording: None,
            rating: None,
            on: self.plan.on.clone(),
            awaits_agent: false,
            data: None,
        };
        match direction {
            Direction::Inbound => inbound(Call { queue: Some(Ref::to(queue)), ..call }, agent, chance),
            Direction::Outbound => outbound(Call { from: line, to: phone, ..call }, agent, chance),
            Direction::Internal => {
                let other = (agent + 1 + chance.below(self.agents.max(2) as u64 - 1)) % self.agents;
                let to = Arc::clone(&self.extensions[other]);
                internal(Call { from: extension, to, customer: None, ..call }, agent, chance)
            }
        }
    }

    /// The call that an agent hands on: it begins as the first ends, and another agent takes it.
    fn transfer(&self, first: &Call, chance: &mut Chance) -> Call {
        let agent = chance.below(self.agents as u64);
        let ring = chance.between(1_000, 9_000);
        let second = Call {
            id: CallId::Generated(0),
            direction: Direction::Inbound,
            from: Arc::clone(&first.from),
            to: Arc::clone(&first.to),
            at: first.ended_at(),
            outcome: CallOutcome::Answered,
            customer: first.customer,
            queue: first.queue,
            on: first.on.clone(),
            agent: Some(Ref::to(agent)),
            dial: Millis(0),
            ivr: Millis(0),
            wait: Millis(0),
            ring: Millis(ring),
            talk: Millis(0),
            hold: Millis(0),
            ended_by: None,
            parent: None,
            note: None,
            recording: None,
            rating: None,
            awaits_agent: false,
            data: None,
        };
        answered(second, chance)
    }

    /// Who is at the far end: mostly known customers, some strangers.
    fn far_end(&self, chance: &mut Chance) -> (Option<usize>, Arc<str>) {
        let customer = chance.below(self.phones.len() as u64);
        match &self.phones[customer] {
            Some(phone) if chance.percent(86) => (Some(customer), Arc::clone(phone)),
            _ => (None, fictional_number(500 + chance.below(500) as u64).into()),
        }
    }

    /// A moment of the plan, as likely as its hour of the day is busy.
    fn moment(&self, chance: &mut Chance) -> DateTime<Utc> {
        let span = self.plan.to - self.plan.from;
        let day = 86_400_000;
        let total = u64::try_from(span.num_milliseconds()).unwrap_or(0).max(1);
        loop {
            let offset = chance.below(total.div_ceil(day)) as u64 * day + self.hour(chance) * 3_600_000;
            let offset = offset + chance.below(3_600_000) as u64;
            // The last day may be a part of one.
            if offset < total {
                return self.plan.from + TimeDelta::milliseconds(i64::try_from(offset).unwrap_or(0));
            }
            if total < day {
                return self.plan.from + TimeDelta::milliseconds(i64::try_from(offset % total).unwrap_or(0));
            }
        }
    }

    fn hour(&self, chance: &mut Chance) -> u64 {
        let local: [(u32, u64); 24] = std::array::from_fn(|h| (HOURS[h], h as u64));
        (chance.weighted(&local) + 24 - u64::from(self.plan.first_hour)) % 24
    }
}

fn inbound(call: Call, agent: usize, chance: &mut Chance) -> Call {
    let outcome = chance.weighted(INBOUND);
    let call = Call { outcome, ivr: Millis(chance.between(3_000, 40_000)), ..call };
    let wait = Millis(chance.between(0, 95_000));
    let ring = Millis(chance.between(1_000, 20_000));
    let agent = Some(Ref::to(agent));
    match outcome {
        CallOutcome::Answered => answered(Call { wait, ring, agent, ..call }, chance),
        CallOutcome::AbandonedRing | CallOutcome::NoAnswer => Call { wait, ring, agent, ..call },
        CallOutcome::AbandonedQueue | CallOutcome::Failed => Call { wait, ..call },
        CallOutcome::Voicemail => {
            let duration = Millis(chance.between(5_000, 90_000));
            Call { wait, recording: Some(Recording { url: None, duration }), ..call }
        }
        CallOutcome::Busy | CallOutcome::Rejected | CallOutcome::AbandonedIvr => call,
    }
}

fn outbound(call: Call, agent: usize, chance: &mut Chance) -> Call {
    let outcome = chance.weighted(OUTBOUND);
    let dial = Millis(chance.between(800, 4_000));
    let call = Call { outcome, dial, agent: Some(Ref::to(agent)), ..call };
    let ring = Millis(chance.between(2_000, 30_000));
    match outcome {
        CallOutcome::Answered => answered(Call { ring, ..call }, chance),
        CallOutcome::Voicemail => {
            let duration = Millis(chance.between(5_000, 60_000));
            Call { ring, recording: Some(Recording { url: None, duration }), ..call }
        }
        CallOutcome::NoAnswer | CallOutcome::Rejected => Call { ring, ..call },
        _ => call,
    }
}

fn internal(call: Call, agent: usize, chance: &mut Chance) -> Call {
    let outcome = chance.weighted(INTERNAL);
    let call =
        Call { outcome, agent: Some(Ref::to(agent)), ring: Millis(chance.between(500, 12_000)), ..call };
    if outcome == CallOutcome::Answered { answered(call, chance) } else { call }
}

fn answered(call: Call, chance: &mut Chance) -> Call {
    let (shortest, longest) = chance.weighted(TALK);
    let talk = chance.between(shortest, longest);
    let hold = if chance.percent(18) { chance.between(0, talk / 3) } else { 0 };
    let customer_ended = chance.percent(64);
    let recorded = call.direction != Direction::Internal && chance.percent(92);
    let rated = call.direction == Direction::Inbound && chance.percent(21);
    Call {
        talk: Millis(talk),
        hold: Millis(hold),
        ended_by: Some(if customer_ended { EndedBy::Customer } else { EndedBy::Agent }),
        recording: recorded.then_some(Recording { url: None, duration: Millis(talk) }),
        rating: rated.then(|| {
            let channel = if chance.percent(70) { RatingChannel::Ivr } else { RatingChannel::Sms };
            Box::new(Rating { score: chance.weighted(SCORES), label: None, channel: Some(channel) })
        }),
        ..call
    }
}

/// Sorts drafts by time, numbers them, and turns parents' places into ordinals.
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

/// Seeded chance in integers.
struct Chance(ChaCha8Rng);

impl Chance {
    /// A number of 0 up to, not including, a bound of at least 1: the high half of a product, which
    /// is as portable as the stream itself.
    fn below(&mut self, bound: u64) -> usize {
        let wide = u128::from(self.0.next_u64()) * u128::from(bound.max(1));
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    fn between(&mut self, least: u32, most: u32) -> u32 {
        least + u32::try_from(self.below(u64::from(most - least) + 1)).unwrap_or(0)
    }

    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64)]
    }

    fn weighted<T: Copy>(&mut self, all: &[(u32, T)]) -> T {
        let total: u64 = all.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut rest = self.below(total) as u64;
        for (weight, value) in all {
            if rest < u64::from(*weight) {
                return *value;
            }
            rest -= u64::from(*weight);
        }
        all[all.len() - 1].1
    }
}
