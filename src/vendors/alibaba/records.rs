//! Call detail records, shared by the operations that list and show them (fact sheet 2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::TimeDelta;
use hmac::Hmac;
use serde_json::{Map, Value, json};
use sha1::Sha1;

use super::gateway::sign::mac;
use super::made_up;
use super::name::NAME;
use super::readings::SuccessMessage;
use crate::dialects::alibaba::{self as data, CONTACT_TYPES, CONTACT_TYPES_UPPER};
use crate::universe::{
    Agent, Call, CallOutcome, Decimals, Direction, EndedBy, Millis, Ordinal, Queue, RatingChannel, Recording,
    Ref,
};
pub use crate::vendor::Text;
use crate::vendor::{Field, Neutral, Precision, Tells, Who};
use crate::world::View;

/// A call in the records of one instance. Each accessor returns the scenario's value if there is
/// one, else a value derived from the neutral call. Filters, sorts and answers all use these
/// accessors.
pub struct Record<'a> {
    view: &'a View,
    ordinal: Ordinal,
    call: &'a Call,
    given: Option<&'a data::Call>,
    instance: &'a str,
}

impl<'a> Record<'a> {
    /// The record of a call that is over, if the caller's account holds it in this instance.
    pub fn of(view: &'a View, ordinal: Ordinal, access_key_id: &str, instance: &'a str) -> Option<Self> {
        let call = view.listed(ordinal, NAME, access_key_id)?;
        let given = call.data.as_ref().and_then(|data| data.alibaba.as_deref());
        let elsewhere = given.and_then(|g| g.instance_id.as_deref()).is_some_and(|id| id != instance);
        (!elsewhere).then_some(Self { view, ordinal, call, given, instance })
    }

    /// The record of a call that is known to be over, held by the caller's account and in this
    /// instance.
    pub fn past(view: &'a View, ordinal: Ordinal, instance: &'a str) -> Self {
        let call = view.call(ordinal).expect("a search meets calls of its view");
        let given = call.data.as_ref().and_then(|data| data.alibaba.as_deref());
        Self { view, ordinal, call, given, instance }
    }

    /// The record of a call that has begun and is not over, if the caller's account holds it in
    /// this instance.
    pub fn under_way(
        view: &'a View,
        ordinal: Ordinal,
        access_key_id: &str,
        instance: &'a str,
    ) -> Option<Self> {
        let call = view.call(ordinal).filter(|call| call.held_by(NAME, access_key_id))?;
        let given = call.data.as_ref().and_then(|data| data.alibaba.as_deref());
        let elsewhere = given.and_then(|g| g.instance_id.as_deref()).is_some_and(|id| id != instance);
        let under_way = call.has_begun(view.now()) && !call.is_over(view.now());
        (under_way && !elsewhere).then_some(Self { view, ordinal, call, given, instance })
    }

    /// The neutral call.
    pub fn call(&self) -> &'a Call {
        self.call
    }

    /// The id of the call's flow: a UUID derived from the seed and the queue (E8).
    pub fn flow_id(&self) -> String {
        let place = self.call.queue.map_or(0, |queue| queue.index() + 1);
        let bytes: [u8; 16] = std::array::from_fn(|n| self.view.opaque("flow", place)[n]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// Finds a call by its contact id.
    pub fn find(view: &View, contact_id: &str) -> Option<Ordinal> {
        view.by_wire_id(NAME, contact_id).or_else(|| {
            let ordinal = Decimals::<18>::of(view).ordinal(contact_id.strip_prefix("job-")?)?;
            // A call with a contact id from the scenario does not have the derived id too.
            let call = view.call(ordinal)?;
            let own = call.data.as_ref().and_then(|data| data.alibaba.as_ref()?.contact_id.as_ref());
            own.is_none().then_some(ordinal)
        })
    }

    pub fn text(&self, field: impl Fn(&'a data::Call) -> Option<&'a String>) -> Option<&'a str> {
        self.given.and_then(field).map(String::as_str)
    }

    pub fn seconds(&self, field: impl Fn(&data::Call) -> Option<u64>, derived: Millis) -> u64 {
        self.given.and_then(field).unwrap_or(derived.as_seconds())
    }

    /// A call's contact id, without a check of account and instance.
    pub fn wire_id(view: &View, ordinal: Ordinal) -> Option<String> {
        let call = view.call(ordinal)?;
        let given = call.data.as_ref().and_then(|data| data.alibaba.as_deref());
        Some(Record { view, ordinal, call, given, instance: "" }.contact_id().into_owned())
    }

    pub fn contact_id(&self) -> Text<'a> {
        let derived = || Text::padded("job-", Decimals::<18>::of(self.view).number(self.ordinal), 18);
        self.text(|g| g.contact_id.as_ref()).map_or_else(derived, Text::from)
    }

    pub fn contact_type(&self) -> &'a str {
        let rarer = || self.made_up(made_up::contact_type);
        self.text(|g| g.contact_type.as_ref()).or_else(rarer).unwrap_or(match self.call.direction {
            Direction::Inbound => "Inbound",
            Direction::Outbound => "Outbound",
            Direction::Internal => "Internal",
        })
    }

    pub fn contact_disposition(&self) -> &'a str {
        let rarer = || self.made_up(made_up::disposition);
        self.text(|g| g.contact_disposition.as_ref()).or_else(rarer).unwrap_or(
            match (self.call.outcome, self.call.direction) {
                (CallOutcome::Answered, _) => "Success",
                (CallOutcome::Rejected, _) => "Reject",
                (CallOutcome::AbandonedIvr, _) => "AbandonedInIVR",
                (CallOutcome::AbandonedQueue, _) => "AbandonedInQueue",
                (CallOutcome::Voicemail, _) => "Voicemail",
                // No agent picked up. This is not NoAnswer, which is said of a customer (page,
                // ContactDisposition).
                (CallOutcome::AbandonedRing, _) | (CallOutcome::NoAnswer, Direction::Inbound) => {
                    "AbandonedInRing"
                }
                (CallOutcome::Busy | CallOutcome::Failed, Direction::Inbound) => "QueuingFailed",
                (CallOutcome::NoAnswer | CallOutcome::Busy | CallOutcome::Failed, _) => "NoAnswer",
            },
        )
    }

    pub fn early_media_state(&self) -> Option<&'a str> {
        // The state says why the far end of an outbound call was not connected.
        let usual = || match (self.call.outcome, self.call.direction) {
            (CallOutcome::Busy, Direction::Outbound) => Some("Busy"),
            (CallOutcome::Failed, Direction::Outbound) => Some("NotConnected"),
            _ => None,
        };
        let rarer = || self.made_up(made_up::early_media_state);
        self.text(|g| g.early_media_state.as_ref()).or_else(rarer).or_else(usual)
    }

    pub fn calling_number(&self) -> &'a str {
        self.text(|g| g.calling_number.as_ref()).unwrap_or(&self.call.from)
    }

    pub fn called_number(&self) -> &'a str {
        self.text(|g| g.called_number.as_ref()).unwrap_or(&self.call.to)
    }

    /// What a generated call shows in a rarer case.
    fn made_up<T>(&self, rarer: fn(&Call, u64) -> Option<T>) -> Option<T> {
        rarer(self.call, self.view.made_up(self.ordinal)?)
    }

    /// The index of the call's agent or queue, and of the second one of a generated call.
    fn both(&self, first: Option<usize>, count: usize) -> impl Iterator<Item = usize> + use<> {
        let second = first
            .and_then(|first| made_up::second(self.call, first, count, self.view.made_up(self.ordinal)?));
        first.into_iter().chain(second)
    }

    /// The indexes of the agents.
    pub fn agent_places(&self) -> impl Iterator<Item = usize> + use<> {
        self.both(self.call.agent.map(Ref::index), self.view.agents().len())
    }

    /// The indexes of the queues.
    pub fn queue_places(&self) -> impl Iterator<Item = usize> + use<> {
        self.both(self.call.queue.map(Ref::index), self.view.queues().len())
    }

    fn agents(&self) -> impl Iterator<Item = &'a Agent> {
        self.agent_places().map(|index| self.view.agent(Ref::to(index)))
    }

    fn queues(&self) -> impl Iterator<Item = &'a Queue> {
        self.queue_places().map(|index| self.view.queue(Ref::to(index)))
    }

    /// The ids of the agents, joined by commas.
    pub fn agent_ids(&self) -> Option<Text<'a>> {
        let written = self.text(|g| g.agent_ids.as_ref()).map(Text::from);
        written.or_else(|| joined(self.agents().map(|agent| agent_id(agent, self.instance))))
    }

    /// The id of the agent who took the call first.
    pub fn agent_id(&self) -> Option<Text<'a>> {
        let written = self.text(|g| g.agent_ids.as_ref()).map(Text::from);
        written.or_else(|| self.agents().next().map(|agent| agent_id(agent, self.instance)))
    }

    /// The names of the agents, joined by commas.
    pub fn agent_names(&self) -> Option<Text<'a>> {
        let written = self.text(|g| g.agent_names.as_ref()).map(Text::from);
        written.or_else(|| joined(self.agents().map(|agent| name_of(agent).into())))
    }

    /// The name of the agent who took the call first.
    pub fn agent_name(&self) -> Option<&'a str> {
        self.text(|g| g.agent_names.as_ref()).or_else(|| self.agents().next().map(name_of))
    }

    /// The ids of the skill groups, joined by commas.
    pub fn skill_group_ids(&self) -> Option<Text<'a>> {
        let written = self.text(|g| g.skill_group_ids.as_ref()).map(Text::from);
        written.or_else(|| joined(self.queues().map(|queue| group_id(queue, self.instance))))
    }

    /// The id of the skill group that the call entered first.
    pub fn skill_group_id(&self) -> Option<Text<'a>> {
        let written = self.text(|g| g.skill_group_ids.as_ref()).map(Text::from);
        written.or_else(|| self.queues().next().map(|queue| group_id(queue, self.instance)))
    }

    /// The names of the skill groups, joined by commas.
    pub fn skill_group_names(&self) -> Option<Text<'a>> {
        let written = self.text(|g| g.skill_group_names.as_ref()).map(Text::from);
        written.or_else(|| joined(self.queues().map(|queue| name_of_group(queue).into())))
    }

    /// The name of the skill group that the call entered first.
    pub fn skill_group_name(&self) -> Option<&'a str> {
        self.text(|g| g.skill_group_names.as_ref()).or_else(|| self.queues().next().map(name_of_group))
    }

    pub fn start_time(&self) -> i64 {
        self.given.and_then(|g| g.start_time).unwrap_or(self.call.at.timestamp_millis())
    }

    pub fn ring_time(&self) -> u64 {
        self.seconds(|g| g.ring_time, self.call.ring)
    }

    pub fn ivr_time(&self) -> u64 {
        self.seconds(|g| g.ivr_time, self.call.ivr)
    }

    pub fn queue_time(&self) -> u64 {
        self.seconds(|g| g.queue_time, self.call.wait)
    }

    pub fn talk_time(&self) -> u64 {
        self.seconds(|g| g.talk_time, self.call.talk)
    }

    pub fn dialing_time(&self) -> u64 {
        self.seconds(|g| g.dialing_time, self.call.dial)
    }

    /// The seconds in the queue and ringing. It is 0 for a caller who gave up while waiting (2.2).
    pub fn wait_time(&self) -> u64 {
        let abandoned = matches!(self.call.outcome, CallOutcome::AbandonedQueue | CallOutcome::AbandonedRing);
        self.given
            .and_then(|g| g.wait_time)
            .unwrap_or_else(|| if abandoned { 0 } else { self.queue_time() + self.ring_time() })
    }

    /// The duration in seconds: from the start of an inbound call, from the answer of any other
    /// (2.2).
    pub fn call_duration(&self) -> u64 {
        self.given.and_then(|g| g.call_duration).unwrap_or_else(|| {
            let lasted = match self.call.direction {
                Direction::Inbound => self.call.lasted(),
                Direction::Outbound | Direction::Internal => self.call.talked(),
            };
            lasted.as_seconds()
        })
    }

    pub fn satisfaction_index(&self) -> Option<i64> {
        let rating = self.view.rating(self.ordinal).map(|rating| rating.score);
        self.given.and_then(|g| g.satisfaction_index).or(rating)
    }

    pub fn satisfaction_description(&self) -> Option<&'a str> {
        let label = || self.view.rating(self.ordinal)?.label.as_deref();
        self.text(|g| g.satisfaction_description.as_ref()).or_else(label)
    }

    pub fn satisfaction_survey_channel(&self) -> Option<&'a str> {
        let channel = || match self.view.rating(self.ordinal)?.channel? {
            RatingChannel::Ivr => Some("IVR"),
            RatingChannel::Sms => Some("SMS"),
        };
        self.text(|g| g.satisfaction_survey_channel.as_ref()).or_else(channel)
    }

    /// The time of the answer, in milliseconds since 1970. `None` if the call was not answered
    /// (B3).
    pub fn established_time(&self) -> Option<i64> {
        let answered = || self.call.answered_at().map(|at| at.timestamp_millis());
        self.given.and_then(|g| g.established_time).or_else(answered)
    }

    /// The time of the end, in milliseconds since 1970.
    pub fn release_time(&self) -> i64 {
        let ended = || self.call.ended_at().timestamp_millis();
        self.given.and_then(|g| g.release_time).unwrap_or_else(ended)
    }

    /// The party that ended the call. No source has the value for a call that the system ended.
    pub fn release_initiator(&self) -> Option<&'a str> {
        self.text(|g| g.release_initiator.as_ref()).or(match self.call.ended_by {
            Some(EndedBy::Agent) => Some("agent"),
            Some(EndedBy::Customer) => Some("customer"),
            Some(EndedBy::System) | None => None,
        })
    }

    /// The recording. A voicemail was never connected, so the vendor keeps its recording elsewhere
    /// (2.2).
    pub fn recording(&self) -> Option<&'a Recording> {
        self.view.recording(self.ordinal).filter(|_| self.call.answered_at().is_some())
    }

    /// Whether the recording can be fetched.
    pub fn recording_ready(&self) -> bool {
        // The recording of a created call is ready only after a while (R14). One from the scenario
        // is ready at once.
        let written = || self.call.ended_at() + TimeDelta::seconds(10);
        let is_there = || !self.call.id.is_created() || self.view.now() >= written();
        let derived = || self.recording().is_some() && is_there();
        self.given.and_then(|g| g.recording_ready).unwrap_or_else(derived)
    }

    /// The call's ordinal in the world.
    pub fn ordinal(&self) -> Ordinal {
        self.ordinal
    }

    /// The signature of a recording's URL that expires at a time, in seconds since 1970.
    pub fn link_signature(&self, expires: i64) -> String {
        let secret = self.view.seed().to_be_bytes();
        BASE64.encode(mac::<Hmac<Sha1>>(&secret, &format!("{} {expires}", self.ordinal.0)))
    }

    /// The seconds on hold.
    pub fn held_time(&self) -> u64 {
        self.seconds(|g| g.held_time, self.call.hold)
    }

    /// Whether the customer was asked for a rating.
    pub fn satisfaction_survey_offered(&self) -> bool {
        self.given.and_then(|g| g.satisfaction_survey_offered).unwrap_or(self.call.rating.is_some())
    }

    /// The id of the record's instance.
    pub fn instance_id(&self) -> &'a str {
        self.text(|g| g.instance_id.as_ref()).unwrap_or(self.instance)
    }
}

fn name_of(agent: &Agent) -> &str {
    let given = agent.data.alibaba.as_ref().and_then(|g| g.agent_name.as_deref());
    given.unwrap_or(&agent.name.display)
}

fn name_of_group(queue: &Queue) -> &str {
    let given = queue.data.alibaba.as_ref().and_then(|g| g.skill_group_name.as_deref());
    given.unwrap_or(&queue.name)
}

/// Texts joined by commas. `None` if there are none.
fn joined<'a>(mut texts: impl Iterator<Item = Text<'a>>) -> Option<Text<'a>> {
    let first = texts.next()?;
    Some(texts.fold(first, |all, text| Text::made(format_args!("{all},{text}"))))
}

/// Parses a contact type in either spelling. Returns it as the page spells it.
pub fn contact_type(text: &str) -> Option<&'static str> {
    let upper = CONTACT_TYPES_UPPER.iter().position(|upper| *upper == text);
    CONTACT_TYPES.iter().position(|page| *page == text).or(upper).map(|n| CONTACT_TYPES[n])
}

/// A contact type in capitals, from the page's spelling.
pub fn in_capitals(page: &str) -> &str {
    CONTACT_TYPES.iter().position(|known| *known == page).map_or(page, |n| CONTACT_TYPES_UPPER[n])
}

/// The `Message` of a success (6).
pub fn message(reading: SuccessMessage) -> &'static str {
    match reading {
        SuccessMessage::Documented => "无",
        SuccessMessage::Empty => "",
        SuccessMessage::Success => "success",
    }
}

/// The ids of an agent or a queue in an instance. Customers are numbers only.
pub fn known_as(view: &View, who: Who, instance: &str) -> Map<String, Value> {
    let ids = match who {
        Who::Agent(agent) => json!({ "AgentIds": agent_id(view.agent(agent), instance) }),
        Who::Queue(queue) => json!({ "SkillGroupIds": group_id(view.queue(queue), instance) }),
        Who::Customer(_) => json!({}),
    };
    ids.as_object().cloned().unwrap_or_default()
}

/// The id of an agent in an instance.
pub fn agent_id<'a>(agent: &'a Agent, instance: &'a str) -> Text<'a> {
    let given = agent.data.alibaba.as_ref().and_then(|g| g.agent_id.as_deref());
    given.map_or_else(|| Text::Joined(&agent.id, '@', instance), Text::from)
}

/// The id of a queue in an instance.
pub fn group_id<'a>(queue: &'a Queue, instance: &'a str) -> Text<'a> {
    let given = queue.data.alibaba.as_ref().and_then(|g| g.skill_group.as_deref());
    given.map_or_else(|| Text::Joined(&queue.id, '@', instance), Text::from)
}

/// How precisely a record tells a field of the neutral call.
pub fn tells_of_times_and_people(call: &Neutral, field: Field) -> Tells {
    let inbound = call.direction == Direction::Inbound;
    match field {
        // An inbound call that no agent picked up and one that the caller gave up while it rang
        // have the same disposition. So have a busy and a failed one (2.2).
        Field::Outcome if inbound && call.outcome == Some(CallOutcome::NoAnswer) => {
            Tells::As("abandoned_ring")
        }
        Field::Outcome if inbound && call.outcome == Some(CallOutcome::Busy) => Tells::As("failed"),
        // Only an outbound call has an early media state, which tells a busy or failed call from
        // one that was not answered.
        Field::Outcome if call.direction == Direction::Internal => match call.outcome {
            Some(CallOutcome::Busy | CallOutcome::Failed) => Tells::As("no_answer"),
            _ => Tells::Exactly,
        },
        Field::Direction
        | Field::From
        | Field::To
        | Field::Dial
        | Field::Ivr
        | Field::Wait
        | Field::Ring
        | Field::Talk
        | Field::Hold
        | Field::Outcome
        | Field::RatingScore
        | Field::RatingLabel
        | Field::RatingChannel => Tells::Exactly,
        Field::At | Field::AnsweredAt | Field::EndedAt => Tells::To(&[Precision::Millis]),
        Field::Agent | Field::Queue => Tells::ByItsOwnId,
        // The recording of a voicemail is elsewhere, because the call was never connected (2.2).
        Field::RecordingDuration if call.answered_at.is_some() => Tells::Exactly,
        Field::Customer
        | Field::Parent
        | Field::RecordingUrl
        | Field::RecordingDuration
        | Field::RecordingBytes
        | Field::RecordingSha256 => Tells::Nothing,
    }
}
