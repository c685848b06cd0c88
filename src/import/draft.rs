//! The scenario that an import makes: people, queues and calls, each with what the vendors add.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta};
use serde_json::{Map, Value, json};

use super::phone::Written;
use super::write::object;
use crate::universe::{CallOutcome, Direction, EndedBy, Millis};

/// A scenario in the making.
#[derive(Debug, Default)]
pub struct Draft {
    agents: Entries,
    customers: Entries,
    queues: Entries,
    calls: Vec<Call>,
    /// The index of each call, by vendor and by its id there.
    by_id: HashMap<(&'static str, String), usize>,
    /// The readings under which the vendors' answers look like those that were imported.
    pub readings: BTreeMap<&'static str, &'static str>,
    facts: BTreeMap<(&'static str, &'static str), Vec<String>>,
    /// The latest time that an answer tells, apart from those of calls.
    latest: Option<DateTime<FixedOffset>>,
}

/// The entries of one kind.
#[derive(Debug, Default)]
struct Entries {
    all: Vec<Entry>,
    index: HashMap<(&'static str, String), usize>,
    by_phone: HashMap<String, usize>,
}

/// An agent, a customer or a queue.
#[derive(Debug)]
pub struct Entry {
    id: String,
    neutral: Map<String, Value>,
    /// What each vendor adds.
    added: BTreeMap<&'static str, Map<String, Value>>,
}

impl Entry {
    /// The id, by which calls name the entry.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Sets a neutral member, unless it is set or the value is missing.
    pub fn set(&mut self, name: &str, value: Option<&Value>) -> &mut Self {
        if let Some(value) = value.filter(|value| is_told(value)) {
            self.neutral.entry(name).or_insert_with(|| value.clone());
        }
        self
    }

    /// Sets a member that a vendor adds, unless the value is missing. A later value wins.
    pub fn add(&mut self, vendor: &'static str, name: &str, value: Option<&Value>) -> &mut Self {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            self.added.entry(vendor).or_default().insert(name.to_owned(), value.clone());
        }
        self
    }

    /// The entry as a scenario has it.
    fn value(&self, default_name: Option<&str>) -> Value {
        let mut all = object([("id", self.id.as_str().into())]);
        if let Some(name) = default_name.filter(|_| !self.neutral.contains_key("name")) {
            let number = self.id.rsplit('-').next().unwrap_or_default();
            all.insert("name".to_owned(), format!("{name} {number}").into());
        }
        all.extend(self.neutral.clone());
        for (vendor, members) in &self.added {
            all.insert((*vendor).to_owned(), Value::Object(members.clone()));
        }
        Value::Object(all)
    }
}

fn is_told(value: &Value) -> bool {
    !value.is_null() && value != "" && value.as_array().is_none_or(|all| !all.is_empty())
}

impl Entries {
    fn place(&mut self, kind: &str, vendor: &'static str, key: &str) -> usize {
        if let Some(place) = self.index.get(&(vendor, key.to_owned())) {
            return *place;
        }
        let id = format!("{kind}-{}", self.all.len() + 1);
        self.all.push(Entry { id, neutral: Map::new(), added: BTreeMap::new() });
        self.index.insert((vendor, key.to_owned()), self.all.len() - 1);
        self.all.len() - 1
    }
}

/// The longest phase of a call in a scenario.
const LONGEST: TimeDelta = TimeDelta::days(49);

/// A call of one vendor, in neutral words.
#[derive(Debug)]
pub struct Call {
    /// The id at the vendor.
    pub id: String,
    /// The time at which it began, as the vendor wrote it.
    pub at: DateTime<FixedOffset>,
    /// The direction.
    pub direction: Direction,
    /// The number that called.
    pub from: String,
    /// The number that was called.
    pub to: String,
    /// The time from the beginning to the first response.
    pub dial: TimeDelta,
    /// The time in the telephone menu.
    pub ivr: TimeDelta,
    /// The time in the queue.
    pub wait: TimeDelta,
    /// The ringing time.
    pub ring: TimeDelta,
    /// The time for which both ends were connected.
    pub talk: TimeDelta,
    /// The part of it on hold.
    pub hold: TimeDelta,
    /// The outcome.
    pub outcome: CallOutcome,
    /// The party that hung up.
    pub ended_by: Option<EndedBy>,
    /// The id of the agent's entry.
    pub agent: Option<String>,
    /// The id of the customer's entry.
    pub customer: Option<String>,
    /// The id of the queue's entry.
    pub queue: Option<String>,
    /// The id of the call from which it was derived, at the vendor.
    pub parent: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// The length of the recording, and its address if that was kept.
    pub recording: Option<(TimeDelta, Option<String>)>,
    /// The rating, as a scenario has it.
    pub rating: Option<Value>,
    /// The members that the vendor's answer has and that do not follow from the rest.
    pub overrides: Map<String, Value>,
    /// The vendor.
    pub(super) vendor: &'static str,
    /// The row of the vendor's answer, with its personal data replaced.
    pub(super) row: Map<String, Value>,
    /// The list in which it was, as a number.
    pub(super) list: usize,
}

impl Call {
    /// An unanswered inbound call without phases, between two numbers.
    #[must_use]
    pub fn at(id: &str, at: DateTime<FixedOffset>, from: &str, to: &str) -> Self {
        let none = TimeDelta::zero();
        Self {
            id: id.to_owned(),
            at,
            direction: Direction::Inbound,
            from: from.to_owned(),
            to: to.to_owned(),
            dial: none,
            ivr: none,
            wait: none,
            ring: none,
            talk: none,
            hold: none,
            outcome: CallOutcome::NoAnswer,
            ended_by: None,
            agent: None,
            customer: None,
            queue: None,
            parent: None,
            note: None,
            recording: None,
            rating: None,
            overrides: Map::new(),
            vendor: "",
            row: Map::new(),
            list: 0,
        }
    }

    /// The time at which it ended.
    #[must_use]
    pub fn ended_at(&self) -> DateTime<FixedOffset> {
        let message = match (&self.outcome, &self.recording) {
            (CallOutcome::Voicemail, Some((length, _))) => *length,
            _ => TimeDelta::zero(),
        };
        self.at + self.dial + self.ivr + self.wait + self.ring + self.talk + message
    }

    /// Corrects the lengths of the phases from the times of the answer and the end. The vendor
    /// rounds lengths to seconds, or does not give the time before the answer. Lengths that
    /// contradict the times stay unchanged.
    pub fn fit(&mut self, answered: Option<DateTime<FixedOffset>>, ended: Option<DateTime<FixedOffset>>) {
        let (none, second) = (TimeDelta::zero(), TimeDelta::seconds(1));
        let part = second - TimeDelta::milliseconds(1);
        if let Some(until) = answered.or(ended) {
            let mut left = until - self.at - self.dial - self.ivr - self.wait - self.ring;
            let phases = [&mut self.ring, &mut self.wait, &mut self.ivr, &mut self.dial];
            if phases.iter().all(|phase| **phase == none) && left <= LONGEST {
                self.ring = left.max(none);
            } else if left <= part * 4 {
                for phase in phases {
                    let more = left.clamp(none, part);
                    *phase += more;
                    left -= more;
                }
            }
        }
        if let Some(lasted) = answered.zip(ended).map(|(answered, ended)| ended - answered)
            && (none..second).contains(&(lasted - self.talk))
        {
            self.talk = lasted;
        }
    }

    /// The call as a scenario has it.
    fn value(&self, id: &str, parent: Option<&str>) -> Value {
        let length = |length: TimeDelta| {
            let ms = u32::try_from(length.num_milliseconds()).unwrap_or_default();
            if ms == 0 { Value::Null } else { Millis(ms).to_string().into() }
        };
        let named = |value: &Option<String>| value.as_deref().map_or(Value::Null, Value::from);
        let recording = self.recording.as_ref().map(|(lasted, url)| {
            let lasted = length(*lasted);
            object([("url", named(url)), ("duration", if lasted.is_null() { "0s".into() } else { lasted })])
        });
        let mut all = object([
            ("id", id.into()),
            ("on", json!([self.vendor])),
            ("direction", json!(self.direction)),
            ("from", self.from.as_str().into()),
            ("to", self.to.as_str().into()),
            ("at", self.at.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()),
            ("dial", length(self.dial)),
            ("ivr", length(self.ivr)),
            ("wait", length(self.wait)),
            ("ring", length(self.ring)),
            ("talk", length(self.talk)),
            ("hold", length(self.hold)),
            ("outcome", json!(self.outcome)),
            ("ended_by", json!(self.ended_by)),
            ("agent", named(&self.agent)),
            ("customer", named(&self.customer)),
            ("queue", named(&self.queue)),
            ("parent", parent.map_or(Value::Null, Value::from)),
            ("note", named(&self.note)),
            ("recording", recording.map_or(Value::Null, Value::Object)),
            ("rating", self.rating.clone().unwrap_or_default()),
        ]);
        if !self.overrides.is_empty() {
            all.insert(self.vendor.to_owned(), Value::Object(self.overrides.clone()));
        }
        Value::Object(all)
    }
}

impl Draft {
    /// The agent with an id at a vendor.
    pub fn agent(&mut self, vendor: &'static str, key: &str) -> &mut Entry {
        let place = self.agents.place("agent", vendor, key);
        &mut self.agents.all[place]
    }

    /// The queue with an id at a vendor.
    pub fn queue(&mut self, vendor: &'static str, key: &str) -> &mut Entry {
        let place = self.queues.place("queue", vendor, key);
        &mut self.queues.all[place]
    }

    /// The customer with an id at a vendor. A customer of another vendor with the same number is
    /// the same person.
    pub fn customer(&mut self, vendor: &'static str, key: &str, phone: Option<&str>) -> &mut Entry {
        let phone = phone.and_then(Written::of).map(|number| number.key());
        let own = (vendor, key.to_owned());
        let same_number = phone.as_ref().and_then(|phone| self.customers.by_phone.get(phone)).copied();
        let is_free = |place: &usize| !self.customers.all[*place].added.contains_key(vendor);
        if let Some(place) = same_number.filter(is_free)
            && !self.customers.index.contains_key(&own)
        {
            self.customers.index.insert(own, place);
        }
        let place = self.customers.place("customer", vendor, key);
        if let Some(phone) = phone {
            self.customers.by_phone.entry(phone).or_insert(place);
        }
        &mut self.customers.all[place]
    }

    /// Notes something that a vendor's account needs, once.
    pub fn note(&mut self, vendor: &'static str, what: &'static str, value: Option<&Value>) {
        let Some(value) = value.and_then(Value::as_str).filter(|value| !value.is_empty()) else { return };
        let known = self.facts.entry((vendor, what)).or_default();
        if !known.iter().any(|other| other == value) {
            known.push(value.to_owned());
        }
    }

    /// What was noted of a vendor.
    #[must_use]
    pub fn noted(&self, vendor: &'static str, what: &'static str) -> &[String] {
        self.facts.get(&(vendor, what)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Notes a time that an answer tells, so that the clock is after it.
    pub fn tell_time(&mut self, time: Option<DateTime<FixedOffset>>) {
        self.latest = self.latest.max(time);
    }

    /// The latest of all times.
    pub(super) fn latest(&self) -> Option<DateTime<FixedOffset>> {
        let of_calls = self.calls.iter().map(Call::ended_at).max();
        self.latest.max(of_calls)
    }

    /// The row of a call that was added before.
    pub(super) fn row(&self, vendor: &'static str, id: &str) -> Option<&Map<String, Value>> {
        self.by_id.get(&(vendor, id.to_owned())).map(|place| &self.calls[*place].row)
    }

    /// Adds a call, in the place of an earlier one with its id.
    pub(super) fn call(&mut self, call: Call) {
        let id = (call.vendor, call.id.clone());
        if let Some(place) = self.by_id.get(&id) {
            let list = self.calls[*place].list;
            self.calls[*place] = Call { list, ..call };
        } else {
            self.by_id.insert(id, self.calls.len());
            self.calls.push(call);
        }
    }

    pub(super) fn calls(&mut self) -> &mut Vec<Call> {
        &mut self.calls
    }

    /// Sorts the calls by time. Calls of one vendor that begin at the same time keep the order of
    /// its list. Returns the vendors whose lists begin with the newest call, and those whose lists
    /// have no such order.
    pub(super) fn order(&mut self) -> (Vec<&'static str>, Vec<&'static str>) {
        let (mut newest_first, mut mixed) = (vec![], vec![]);
        let mut vendors: Vec<&'static str> = self.calls.iter().map(|call| call.vendor).collect();
        vendors.sort_unstable();
        vendors.dedup();
        let mut ordered = vec![];
        for vendor in vendors {
            let mut own: Vec<Call> = self.calls.extract_if(.., |call| call.vendor == vendor).collect();
            let neighbours = || own.windows(2).filter(|pair| pair[0].list == pair[1].list);
            let up = neighbours().filter(|pair| pair[0].at < pair[1].at).count();
            let down = neighbours().filter(|pair| pair[0].at > pair[1].at).count();
            if up > 0 && down > 0 {
                mixed.push(vendor);
            }
            if down > up {
                newest_first.push(vendor);
                own.reverse();
            }
            ordered.extend(own);
        }
        ordered.sort_by_key(|call| call.at);
        self.by_id =
            ordered.iter().enumerate().map(|(n, call)| ((call.vendor, call.id.clone()), n)).collect();
        self.calls = ordered;
        (newest_first, mixed)
    }

    /// The id of the n-th call, in the scenario.
    fn id_of(n: usize) -> String {
        format!("call-{}", n + 1)
    }

    /// The entries of each kind, as a scenario has them.
    pub(super) fn entries(&self) -> [(&'static str, Vec<Value>); 4] {
        let values = |entries: &Entries, name| entries.all.iter().map(|entry| entry.value(name)).collect();
        let call = |(n, call): (usize, &Call)| {
            let parent = call.parent.as_ref().and_then(|id| self.by_id.get(&(call.vendor, id.clone())));
            let parent = parent.filter(|parent| **parent != n).map(|parent| Self::id_of(*parent));
            call.value(&Self::id_of(n), parent.as_deref())
        };
        [
            ("agents", values(&self.agents, Some("Agent"))),
            ("customers", values(&self.customers, None)),
            ("queues", values(&self.queues, Some("Queue"))),
            ("calls", self.calls.iter().enumerate().map(call).collect()),
        ]
    }
}
