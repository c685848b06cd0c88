//! Call detail records: every field through one accessor, the scenario's own value first, shared by
//! the operations that list and show them (fact sheet 2).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::TimeDelta;
use hmac::Hmac;
use sha1::Sha1;

use super::gateway::sign::mac;
use super::name::NAME;
use super::readings::SuccessMessage;
use crate::dialects::alibaba::{self as data, CONTACT_TYPES, CONTACT_TYPES_UPPER};
use crate::universe::{
    Agent, Call, CallOutcome, Decimals, Direction, EndedBy, Millis, Ordinal, Queue, RatingChannel, Recording,
};
use crate::vendor::{Field, Neutral, Precision, Tells};
use crate::world::View;

/// A text that is the scenario's or made up for the answer.
pub type Text<'a> = Cow<'a, str>;

/// A call as one instance shows it: every field through one accessor, the scenario's own value
/// first, for filters, sorts and answers alike.
pub struct Record<'a> {
    view: &'a View,
    ordinal: Ordinal,
    call: &'a Call,
    given: Option<&'a data::Call>,
    instance: &'a str,
}

impl<'a> Record<'a> {
    /// The record of a call, if the caller's account holds it in this instance.
    pub fn of(view: &'a View, ordinal: Ordinal, access_key_id: &str, instance: &'a str) -> Option<Self> {
        let call = view.listed(ordinal, NAME, access_key_id)?;
        let given = call.data.as_ref().and_then(|data| data.alibaba.as_deref());
        let elsewhere = given.and_then(|g| g.instance_id.as_deref()).is_some_and(|id| id != instance);
        (!elsewhere).then_some(Self { view, ordinal, call, given, instance })
    }

    /// The record of a call that has begun and is not over.
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

    /// The id of the flow that the call went through: a UUID made from the seed and the queue (E8).
    pub fn flow_id(&self) -> String {
        let place = self.call.queue.map_or(0, |queue| queue.index() + 1);
        let bytes: [u8; 16] = std::array::from_fn(|n| self.view.opaque("flow", place)[n]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// The call of a contact id.
    pub fn find(view: &View, contact_id: &str) -> Option<Ordinal> {
        view.by_wire_id(NAME, contact_id).or_else(|| {
            let ordinal = Decimals::<18>::of(view).ordinal(contact_id.strip_prefix("job-")?)?;
            // A call with an id of its own has no other.
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

    /// A call's contact id, whoever asks.
    pub fn wire_id(view: &View, ordinal: Ordinal) -> Option<String> {
        let call = view.call(ordinal)?;
        let given = call.data.as_ref().and_then(|data| data.alibaba.as_deref());
        Some(Record { view, ordinal, call, given, instance: "" }.contact_id().into_owned())
    }

    pub fn contact_id(&self) -> Text<'a> {
        self.text(|g| g.contact_id.as_ref()).map_or_else(
            || format!("job-{}", Decimals::<18>::of(self.view).id(self.ordinal)).into(),
            Text::from,
        )
    }

    pub fn contact_type(&self) -> &'a str {
        self.text(|g| g.contact_type.as_ref()).unwrap_or(match self.call.direction {
            Direction::Inbound => "Inbound",
            Direction::Outbound => "Outbound",
            Direction::Internal => "Internal",
        })
    }

    pub fn contact_disposition(&self) -> &'a str {
        self.text(|g| g.contact_disposition.as_ref()).unwrap_or(
            match (self.call.outcome, self.call.direction) {
                (CallOutcome::Answered, _) => "Success",
                (CallOutcome::Rejected, _) => "Reject",
                (CallOutcome::AbandonedIvr, _) => "AbandonedInIVR",
                (CallOutcome::AbandonedQueue, _) => "AbandonedInQueue",
                (CallOutcome::Voicemail, _) => "Voicemail",
                // Nobody at the centre picked up, which is not the customer's NoAnswer (page,
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
        // It says why the far end of an outgoing call was not connected.
        self.text(|g| g.early_media_state.as_ref()).or(match (self.call.outcome, self.call.direction) {
            (CallOutcome::Busy, Direction::Outbound) => Some("Busy"),
            (CallOutcome::Failed, Direction::Outbound) => Some("NotConnected"),
            _ => None,
        })
    }

    pub fn calling_number(&self) -> &'a str {
        self.text(|g| g.calling_number.as_ref()).unwrap_or(&self.call.from)
    }

    pub fn called_number(&self) -> &'a str {
        self.text(|g| g.called_number.as_ref()).unwrap_or(&self.call.to)
    }

    pub fn agent(&self) -> Option<&'a Agent> {
        self.call.agent.map(|agent| self.view.agent(agent))
    }

    pub fn queue(&self) -> Option<&'a Queue> {
        self.call.queue.map(|queue| self.view.queue(queue))
    }

    pub fn agent_ids(&self) -> Option<Text<'a>> {
        self.text(|g| g.agent_ids.as_ref()).map(Text::from).or_else(|| {
            let agent = self.agent()?;
            let given = agent.data.alibaba.as_ref().and_then(|g| g.agent_id.as_deref());
            Some(given.map_or_else(|| format!("{}@{}", agent.id, self.instance).into(), Text::from))
        })
    }

    pub fn agent_names(&self) -> Option<&'a str> {
        self.text(|g| g.agent_names.as_ref()).or_else(|| {
            let agent = self.agent()?;
            let given = agent.data.alibaba.as_ref().and_then(|g| g.agent_name.as_deref());
            Some(given.unwrap_or(&agent.name.display))
        })
    }

    pub fn skill_group_ids(&self) -> Option<Text<'a>> {
        self.text(|g| g.skill_group_ids.as_ref()).map(Text::from).or_else(|| {
            let queue = self.queue()?;
            let given = queue.data.alibaba.as_ref().and_then(|g| g.skill_group.as_deref());
            Some(given.map_or_else(|| format!("{}@{}", queue.id, self.instance).into(), Text::from))
        })
    }

    pub fn skill_group_names(&self) -> Option<&'a str> {
        self.text(|g| g.skill_group_names.as_ref()).or_else(|| {
            let queue = self.queue()?;
            let given = queue.data.alibaba.as_ref().and_then(|g| g.skill_group_name.as_deref());
            Some(given.unwrap_or(&queue.name))
        })
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

    /// Queue and ringing together; nothing for a caller who gave up while waiting (2.2).
    pub fn wait_time(&self) -> u64 {
        let abandoned = matches!(self.call.outcome, CallOutcome::AbandonedQueue | CallOutcome::AbandonedRing);
        self.given
            .and_then(|g| g.wait_time)
            .unwrap_or_else(|| if abandoned { 0 } else { self.queue_time() + self.ring_time() })
    }

    /// Inbound from the beginning, otherwise from the answer (2.2).
    pub fn call_duration(&self) -> u64 {
        self.given.and_then(|g| g.call_duration).unwrap_or_else(|| {
            let from = match self.call.direction {
                Direction::Inbound => Some(self.call.at),
                Direction::Outbound | Direction::Internal => self.call.answered_at(),
            };
            let lasted = from.map(|from| (self.call.ended_at() - from).num_seconds());
            lasted.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(0)
        })
    }

    pub fn satisfaction_index(&self) -> Option<i64> {
        let rating = self.call.rating.as_ref().map(|rating| rating.score);
        self.given.and_then(|g| g.satisfaction_index).or(rating)
    }

    pub fn satisfaction_description(&self) -> Option<&'a str> {
        let label = || self.call.rating.as_ref()?.label.as_deref();
        self.text(|g| g.satisfaction_description.as_ref()).or_else(label)
    }

    pub fn satisfaction_survey_channel(&self) -> Option<&'a str> {
        let channel = || match self.call.rating.as_ref()?.channel? {
            RatingChannel::Ivr => Some("IVR"),
            RatingChannel::Sms => Some("SMS"),
        };
        self.text(|g| g.satisfaction_survey_channel.as_ref()).or_else(channel)
    }

    /// When it was connected, in milliseconds since 1970; none if it never was (B3).
    pub fn established_time(&self) -> Option<i64> {
        let answered = || self.call.answered_at().map(|at| at.timestamp_millis());
        self.given.and_then(|g| g.established_time).or_else(answered)
    }

    /// When it ended, in milliseconds since 1970.
    pub fn release_time(&self) -> i64 {
        let ended = || self.call.ended_at().timestamp_millis();
        self.given.and_then(|g| g.release_time).unwrap_or_else(ended)
    }

    /// Who ended it. Nobody says what stands here for a call that the system ended.
    pub fn release_initiator(&self) -> Option<&'a str> {
        self.text(|g| g.release_initiator.as_ref()).or(match self.call.ended_by {
            Some(EndedBy::Agent) => Some("agent"),
            Some(EndedBy::Customer) => Some("customer"),
            Some(EndedBy::System) | None => None,
        })
    }

    /// The recording. A voicemail was never connected, so it has none here (2.2): the vendor keeps it
    /// elsewhere.
    pub fn recording(&self) -> Option<&'a Recording> {
        self.call.recording.as_ref().filter(|_| self.call.answered_at().is_some())
    }

    /// Whether there is a recording to fetch.
    pub fn recording_ready(&self) -> bool {
        // A created call's file takes a while (R14); what a scenario has is there.
        let written = self.call.ended_at() + TimeDelta::seconds(10);
        let there = !self.call.id.is_created() || self.view.now() >= written;
        self.given.and_then(|g| g.recording_ready).unwrap_or(self.recording().is_some() && there)
    }

    /// Its place in the world.
    pub fn ordinal(&self) -> Ordinal {
        self.ordinal
    }

    /// The signature of an address that is good until a second since 1970.
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

    /// The instance that shows it.
    pub fn instance_id(&self) -> &'a str {
        self.text(|g| g.instance_id.as_ref()).unwrap_or(self.instance)
    }
}

/// A contact type as the page spells it, from either spelling.
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

/// How much a record tells of a call.
pub fn tells_of_times_and_people(call: &Neutral, field: Field) -> Tells {
    let inbound = call.direction == Direction::Inbound;
    match field {
        // One word for an inbound call that nobody picked up and for one that was given up as
        // it rang, and one for an engaged and a failed one (2.2).
        Field::Outcome if inbound && call.outcome == Some(CallOutcome::NoAnswer) => {
            Tells::As("abandoned_ring")
        }
        Field::Outcome if inbound && call.outcome == Some(CallOutcome::Busy) => Tells::As("failed"),
        // Only an outgoing call has an early state, which tells these from one that nobody
        // picked up.
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
        // A voicemail was never connected, so its recording is elsewhere (2.2).
        Field::RecordingDuration if call.answered_at.is_some() => Tells::Exactly,
        Field::Customer
        | Field::Parent
        | Field::RecordingUrl
        | Field::RecordingDuration
        | Field::RecordingBytes
        | Field::RecordingSha256 => Tells::Nothing,
    }
}
