//! The people and queues from which calls are drawn. Where a scenario has none, they are made up.

use std::sync::Arc;

use super::chance::Chance;
use super::country::{Country, Part};
use super::plan::{Block, Made};
use crate::dialects::{MadeUpAgent, OfAgent, OfCustomer, OfQueue};
use crate::universe::{Agent, AgentState, Customer, Name, Queue, QueueState, Reading};

/// The people and queues of a scenario.
#[derive(Debug)]
pub struct Population<'a> {
    /// The agents who take the calls.
    pub agents: &'a mut Vec<Agent>,
    /// The customers who call and are called.
    pub customers: &'a mut Vec<Customer>,
    /// The queues in which inbound calls wait.
    pub queues: &'a mut Vec<Queue>,
    /// The contact centre's own numbers, one or more for all queues. If there are none, each queue
    /// gets a made-up one.
    pub numbers: &'a [String],
}

/// The people and numbers from which the calls of all blocks are drawn.
pub struct People {
    pub agents: usize,
    /// The contact centre's own number for each queue.
    pub lines: Vec<Arc<str>>,
    /// The extension of each agent.
    pub extensions: Vec<Arc<str>>,
    /// The number of each customer, if there is one.
    pub phones: Vec<Option<Arc<str>>>,
    /// The numbers of unknown callers, as far as they have called.
    pub strangers: Vec<Option<Arc<str>>>,
    /// The customers of each block.
    pub pools: Vec<Pool>,
}

/// The customers of one block, by their indexes.
pub struct Pool {
    pub first: usize,
    pub count: usize,
    /// The number of customers from whom calls can be drawn. With `repeat`, it grows from 0 as each
    /// new customer is drawn. Otherwise it is `count`.
    pub met: usize,
    /// Whether some calls are of people whom nobody knows.
    pub strangers: bool,
}

const AGENTS: [(Part, Part); 12] = [
    (("Mai", "マイ"), ("Nguyen", "グエン")),
    (("Haruka", "ハルカ"), ("Sato", "サトウ")),
    (("Wei", "ウェイ"), ("Zhang", "チャン")),
    (("Olivia", "オリビア"), ("Brown", "ブラウン")),
    (("Duc", "ドゥック"), ("Tran", "チャン")),
    (("Kenta", "ケンタ"), ("Ito", "イトウ")),
    (("Na", "ナ"), ("Li", "リ")),
    (("James", "ジェームズ"), ("Miller", "ミラー")),
    (("Linh", "リン"), ("Pham", "ファム")),
    (("Yui", "ユイ"), ("Tanaka", "タナカ")),
    (("Min", "ミン"), ("Chen", "チェン")),
    (("Emma", "エマ"), ("Davis", "デイビス")),
];

const QUEUES: [&str; 4] = ["Sales", "Support", "Billing", "Returns"];

/// The names of customers whose country is not given: of many countries, in Latin letters.
const FAMILIES: &[Part] = &[
    ("Suzuki", "スズキ"),
    ("Kim", "キム"),
    ("Wang", "ワン"),
    ("Le", "レ"),
    ("Smith", "スミス"),
    ("Yamada", "ヤマダ"),
    ("Liu", "リュウ"),
    ("Hoang", "ホアン"),
    ("Jones", "ジョーンズ"),
    ("Mori", "モリ"),
    ("Zhao", "チャオ"),
    ("Vu", "ヴー"),
    ("Garcia", "ガルシア"),
    ("Abe", "アベ"),
    ("Sun", "スン"),
    ("Do", "ドー"),
];
const GIVENS: &[Part] = &[
    ("Aoi", "アオイ"),
    ("Ji-woo", "ジウ"),
    ("Fang", "ファン"),
    ("Thu", "トゥー"),
    ("Alex", "アレックス"),
    ("Ren", "レン"),
    ("Jun", "ジュン"),
    ("Khanh", "カイン"),
    ("Sam", "サム"),
    ("Sora", "ソラ"),
    ("Lei", "レイ"),
    ("Bao", "バオ"),
    ("Maria", "マリア"),
    ("Rin", "リン"),
    ("Tao", "タオ"),
    ("Hieu", "ヒエウ"),
];

/// The most customers that are made up unasked. With more calls, the same people call again.
const MOST_CUSTOMERS: u32 = 60_000;

/// The telephone numbers of unknown callers, as a part of the United States block. The contact
/// centre's numbers come before this part, and made-up customers' after it.
const STRANGERS: (u64, u64) = (500, 500);

impl People {
    /// Completes a population for some blocks.
    pub fn of(blocks: &[Block], seed: u64, population: Population<'_>) -> Self {
        let mut chance = Chance::of(seed, 0);
        let Population { agents, customers, queues, numbers } = population;
        if agents.is_empty() {
            agents.extend((0..AGENTS.len()).map(made_up_agent));
        }
        if queues.is_empty() {
            queues.extend((0..QUEUES.len()).map(made_up_queue));
        }
        let listed = customers.len();
        let mut maker = Maker::default();
        let asked: u32 =
            blocks.iter().filter(|block| block.customers.is_none()).map(|block| block.calls).sum();
        if listed == 0 && asked > 0 {
            let made = Made { country: None, count: (asked / 3).clamp(1, MOST_CUSTOMERS), repeat: None };
            maker.add(made, customers, &mut chance);
        }
        let shared = customers.len();
        let pools = blocks.iter().map(|block| match block.customers {
            None => Pool { first: 0, count: shared, met: shared, strangers: true },
            Some(made) => {
                let first = customers.len();
                maker.add(made, customers, &mut chance);
                let count = customers.len() - first;
                let met = if made.repeat.is_some() { 0 } else { count };
                Pool { first, count, met, strangers: false }
            }
        });
        let pools = pools.collect();
        let line = |n: usize| match numbers {
            [] => Country::Us.number(n as u64).into(),
            numbers => numbers[n % numbers.len()].as_str().into(),
        };
        Self {
            agents: agents.len(),
            lines: (0..queues.len()).map(line).collect(),
            extensions: agents.iter().map(|a| a.extension.as_deref().unwrap_or(&a.id).into()).collect(),
            phones: customers.iter().map(|c| c.phones.first().map(|phone| phone.as_ref().into())).collect(),
            strangers: vec![None; usize::try_from(STRANGERS.1).unwrap_or_default()],
            pools,
        }
    }

    /// The far end of a call of a block: a customer with their number, or a stranger's number.
    pub fn far_end(
        &mut self,
        block: usize,
        repeat: Option<u32>,
        chance: &mut Chance,
    ) -> (Option<usize>, Arc<str>) {
        let pool = &mut self.pools[block];
        let again = repeat.is_none_or(|repeat| chance.below(1000) < repeat as usize);
        let within = if pool.met == 0 || (!again && pool.met < pool.count) {
            pool.met += 1;
            pool.met - 1
        } else {
            chance.below(pool.met as u64)
        };
        let customer = pool.first + within;
        match self.phones.get(customer) {
            Some(Some(phone)) if !pool.strangers || chance.percent(86) => (Some(customer), Arc::clone(phone)),
            _ => {
                let (first, count) = STRANGERS;
                let stranger = chance.below(count);
                let phone = self.strangers[stranger]
                    .get_or_insert_with(|| Country::Us.number(first + stranger as u64).into());
                (None, Arc::clone(phone))
            }
        }
    }
}

fn made_up_agent(n: usize) -> Agent {
    let (given, family) = AGENTS[n];
    Agent {
        id: format!("agent-{}", n + 1).into(),
        email: Some(format!("{}@example.com", given.0.to_lowercase()).into()),
        extension: Some(format!("{}", 101 + n).into()),
        data: OfAgent::made_up(&MadeUpAgent { place: n, given, family }),
        name: name(given, family, false),
        state: AgentState::Available,
    }
}

fn made_up_queue(n: usize) -> Queue {
    Queue {
        id: QUEUES[n].to_lowercase().into(),
        name: QUEUES[n].into(),
        state: QueueState::Open,
        data: OfQueue::made_up(n),
    }
}

fn name(given: Part, family: Part, family_first: bool) -> Name {
    let reading = Reading { family: family.1, given: given.1 };
    Name { reading: Some(reading), ..Name::of(given.0, family.0, family_first) }
}

/// Makes up customers. Blocks of one country continue each other's ids and numbers.
#[derive(Default)]
struct Maker {
    /// The number of customers so far, by country.
    made: Vec<(Country, u64)>,
}

impl Maker {
    /// Adds made-up customers.
    fn add(&mut self, made: Made, customers: &mut Vec<Customer>, chance: &mut Chance) {
        let (families, givens, family_first, prefix) = match made.country {
            Some(country) => {
                let prefix = country.code().to_lowercase() + "-";
                (country.families(), country.givens(), country.family_first(), prefix)
            }
            None => (FAMILIES, GIVENS, false, String::new()),
        };
        let numbers = made.country.unwrap_or(Country::Us);
        let first = self.first(numbers, u64::from(made.count));
        customers.reserve(made.count as usize);
        for n in first..first + u64::from(made.count) {
            let (given, family) = (chance.one_of(givens), chance.one_of(families));
            // The first numbers of the United States belong to the contact centre and to strangers.
            let place = if numbers == Country::Us { n + 1000 } else { n };
            customers.push(Customer {
                id: format!("{prefix}customer-{}", n + 1).into(),
                name: Some(name(given, family, family_first)),
                phones: vec![numbers.number(place).into()],
                tickets: vec![],
                data: OfCustomer::default(),
                made_up: true,
            });
        }
    }

    /// The number of earlier customers of a country, to which some are added.
    fn first(&mut self, country: Country, count: u64) -> u64 {
        if let Some((_, made)) = self.made.iter_mut().find(|(known, _)| *known == country) {
            return std::mem::replace(made, *made + count);
        }
        self.made.push((country, count));
        0
    }
}
