//! The call object of a 201 answer: every key of the page's examples in their order, nulls included
//! (fact sheet 2).

use chrono::{DateTime, SecondsFormat, SubsecRound, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::name::NAME;
use super::readings::ScheduledResponse;
use crate::dialects::ccai::{self as data, Created, CreatedKind};
use crate::universe::{Agent, Call, CallOutcome, Customer, Decimals, Direction, Ordinal, Queue, Ref};
use crate::world::View;

/// A call's id as text. `None` if CCAI Platform does not have the call.
pub fn wire_id(view: &View, ordinal: Ordinal) -> Option<String> {
    call_id(view, ordinal).map(|id| id.to_string())
}

/// Encoder of derived ids: 12 digits from a call's ordinal, for calls without an id from the
/// scenario or a creation.
pub type Ids = Decimals<12>;

/// A call's id. `None` for an internal call, which CCAI Platform does not have.
pub fn call_id(view: &View, ordinal: Ordinal) -> Option<u64> {
    id_of(view.call(ordinal)?, ordinal, Ids::of(view))
}

/// A call's id: that of the scenario or of its creation, else a derived one. Derived ids have 13
/// digits, so that they are above all ids that count up. `None` for an internal call.
pub fn id_of(call: &Call, ordinal: Ordinal, ids: Ids) -> Option<u64> {
    if call.direction == Direction::Internal {
        return None;
    }
    given(call).and_then(|g| g.id).or_else(|| format!("1{}", ids.id(ordinal)).parse().ok())
}

/// Finds a call by its id, if the account holds it.
pub fn find(view: &View, id: u64, account: &str) -> Option<Ordinal> {
    let text = id.to_string();
    let derived = || {
        let digits = text.strip_prefix('1').filter(|digits| digits.len() == 12)?;
        let ordinal = Ids::of(view).ordinal(digits)?;
        (call_id(view, ordinal) == Some(id)).then_some(ordinal)
    };
    let ordinal = view.by_wire_id(NAME, &text).or_else(derived)?;
    // A call exists from its start, but a created one already from its creation.
    let there = |call: &&Call| call.has_begun(view.now()) || created(call).is_some();
    view.call(ordinal).filter(|call| call.held_by(NAME, account)).filter(there).map(|_| ordinal)
}

fn given(call: &Call) -> Option<&data::Call> {
    call.data.as_ref()?.ccai.as_deref()
}

/// The data of the request that created a call. `None` for any other call.
pub fn created(call: &Call) -> Option<&Created> {
    given(call)?.created.as_ref()
}

/// The status of a created call at a time (page L131-146). It depends only on the call, because the
/// phases were drawn from the seed when the call was created.
pub fn status(call: &Call, now: DateTime<Utc>) -> Option<&'static str> {
    let created = created(call)?;
    let passed = now - call.at;
    let assigned = TimeDelta::from(call.dial + call.ivr + call.wait);
    let connecting = assigned + TimeDelta::seconds(1);
    let rung = assigned + TimeDelta::from(call.ring);
    Some(match (created.kind, call.outcome) {
        (CreatedKind::Scheduled, _) if passed < TimeDelta::zero() => "scheduled",
        (CreatedKind::Inbound | CreatedKind::Scheduled, _) if passed < assigned => "queued",
        // A caller who hangs up in the queue, and a call for which there is no agent, are never
        // assigned.
        (_, CallOutcome::AbandonedQueue) => "failed",
        (CreatedKind::Scheduled, CallOutcome::Failed) if call.agent.is_none() => "failed",
        // A caller who leaves a voicemail is never assigned either.
        (CreatedKind::Inbound, CallOutcome::Voicemail) if now < call.ended_at() => "voicemail",
        _ if passed < connecting => "assigned",
        _ if passed < rung => "connecting",
        (_, CallOutcome::Answered) if now < call.ended_at() => "connected",
        (_, CallOutcome::Answered) => "finished",
        (_, CallOutcome::Voicemail) if now < call.ended_at() => "voicemail",
        (_, CallOutcome::Voicemail) => "voicemail_received",
        _ => "failed",
    })
}

/// The `call_type` of a created call.
pub fn call_type(created: &Created, shown_as: ScheduledResponse) -> &'static str {
    match (created.kind, shown_as) {
        (CreatedKind::Outbound, _) => "Voice Outbound (API)",
        (CreatedKind::Scheduled, ScheduledResponse::Sane) => "Voice Scheduled (API)",
        // The page's scheduled examples are copies of inbound ones (1G.9).
        (CreatedKind::Scheduled, ScheduledResponse::AsDocumented) | (CreatedKind::Inbound, _) => {
            "Voice Inbound (API)"
        }
    }
}

/// The `created_at` of a created call. The page's queued calls have it in whole seconds (C6, C9).
pub fn created_at(created: &Created) -> DateTime<Utc> {
    if created.kind == CreatedKind::Outbound { created.at } else { created.at.trunc_subsecs(0) }
}

/// The menu id of a queue.
pub fn menu_id(queue: &Queue) -> Option<u64> {
    queue.data.ccai.as_ref()?.menu_id
}

/// A customer's end-user id: the scenario's, else one derived from the customer's position.
pub fn end_user_id(view: &View, customer: Ref<Customer>) -> u64 {
    let given = view.customer(customer).data.ccai.as_ref().and_then(|g| g.end_user_id);
    given.unwrap_or(customer.index() as u64 + 1)
}

/// A created call as in its 201 answer: every key of the page's examples, in their order. Members
/// about later phases are null.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CallObject<'a> {
    id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<u64>,
    lang: &'a str,
    call_type: &'static str,
    status: &'static str,
    created_at: String,
    queued_at: Option<String>,
    assigned_at: Option<String>,
    connected_at: Option<String>,
    ends_at: Option<String>,
    scheduled_at: Option<String>,
    wait_duration: u64,
    call_duration: u64,
    hold_duration: u64,
    rating: Option<u64>,
    has_feedback: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    voip_provider: Option<&'static str>,
    out_ticket_id: Option<&'a str>,
    out_ticket_url: Option<String>,
    verified: bool,
    recording_url: Option<String>,
    recording_permission: &'static str,
    voicemail_reason: &'static str,
    deflection: &'static str,
    disconnected_by: &'static str,
    fail_reason: &'static str,
    fail_details: Option<String>,
    support_number: Option<String>,
    selected_menu: Option<SelectedMenu<'a>>,
    menu_path: Option<MenuPath<'a>>,
    agent_info: Option<AgentInfo<'a>>,
    end_user: Option<EndUser<'a>>,
    photos: [String; 0],
    videos: [String; 0],
    transfers: [String; 0],
    deflection_details: [String; 0],
    participants: Vec<Participant>,
    offer_type: Option<&'static str>,
    offer_events: Vec<OfferEvent>,
    answer_type: &'static str,
    outbound_number: Option<&'a str>,
}

/// An offer of a call to a group of agents.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OfferEvent {
    casting_time: String,
    group: &'static str,
}

impl OfferEvent {
    /// The single offer of a call, at a time.
    pub fn at(at: DateTime<Utc>) -> Self {
        Self { casting_time: time(at), group: "Group 1" }
    }
}

impl<'a> CallObject<'a> {
    /// The object of a created call. `None` for a call that no request created.
    pub fn of(view: &'a View, ordinal: Ordinal, shown_as: ScheduledResponse) -> Option<Self> {
        let call = view.call(ordinal)?;
        let (id, created) = (given(call)?.id?, created(call)?);
        let outbound = created.kind == CreatedKind::Outbound;
        let as_documented =
            created.kind == CreatedKind::Scheduled && shown_as == ScheduledResponse::AsDocumented;
        let sane_schedule = created.kind == CreatedKind::Scheduled && !as_documented;
        let created_at = created_at(created);
        let status = match created.kind {
            CreatedKind::Outbound => "assigned",
            CreatedKind::Scheduled if sane_schedule => "scheduled",
            CreatedKind::Inbound | CreatedKind::Scheduled => "queued",
        };
        let queue = call.queue.map(|queue| view.queue(queue));
        let offered = !outbound && !sane_schedule;
        Some(Self {
            id,
            parent_id: created.parent_id.filter(|_| sane_schedule),
            lang: &created.lang,
            call_type: call_type(created, shown_as),
            status,
            created_at: time(created_at),
            queued_at: (created.kind == CreatedKind::Inbound).then(|| time(created.at)),
            assigned_at: outbound.then(|| time(call.at + TimeDelta::from(call.dial))),
            connected_at: None,
            ends_at: None,
            scheduled_at: created.scheduled_at.map(time),
            wait_duration: 0,
            call_duration: 0,
            hold_duration: 0,
            rating: None,
            has_feedback: false,
            voip_provider: outbound.then_some("voip_provider_twilio"),
            out_ticket_id: created.ticket_id.as_deref(),
            out_ticket_url: None,
            verified: false,
            recording_url: None,
            recording_permission: "not_asked",
            voicemail_reason: "not_voicemail",
            deflection: "no_deflection",
            disconnected_by: "disconnected_by_unknown",
            fail_reason: "nothing",
            fail_details: None,
            support_number: None,
            selected_menu: queue.map(SelectedMenu::of),
            menu_path: queue.map(MenuPath::of),
            // A queued call already has an agent here, but is not assigned yet (C6, C9).
            agent_info: call.agent.filter(|_| outbound).map(|agent| AgentInfo::of(view, agent)),
            end_user: created.end_user_id.map(|id| EndUser::of(view, call, id)),
            photos: [],
            videos: [],
            transfers: [],
            deflection_details: [],
            participants: participants(view, call, created, id),
            offer_type: offered.then_some("cascade"),
            offer_events: offered.then(|| OfferEvent::at(created_at)).into_iter().collect(),
            answer_type: "manual",
            outbound_number: created.outbound_number.as_deref(),
        })
    }
}

/// A time in ISO 8601: UTC, always with three decimals.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The menu through which a call entered its queue.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SelectedMenu<'a> {
    id: Option<u64>,
    name: &'a str,
    parent_id: Option<u64>,
    position: u64,
    deleted: bool,
    menu_type: &'a str,
    output_msg: String,
    hidden: bool,
}

impl<'a> SelectedMenu<'a> {
    /// The menu of a queue.
    pub fn of(queue: &'a Queue) -> Self {
        let given = queue.data.ccai.as_ref();
        Self {
            id: menu_id(queue),
            name: &queue.name,
            parent_id: None,
            position: 0,
            deleted: false,
            menu_type: given.and_then(|g| g.menu_type.as_deref()).unwrap_or("ivr_menu"),
            output_msg: format!("You selected {}.", queue.name),
            hidden: false,
        }
    }
}

/// The path of a menu in the tree of menus.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MenuPath<'a> {
    items_count: u64,
    name: &'a str,
    materialized_path: Option<String>,
}

impl<'a> MenuPath<'a> {
    /// The path of a queue's menu. Menus are always at the top level here.
    pub fn of(queue: &'a Queue) -> Self {
        let materialized_path = menu_id(queue).map(|id| id.to_string());
        Self { items_count: 1, name: &queue.name, materialized_path }
    }
}

/// An agent's user id: the scenario's, else one derived from the agent's position.
pub fn user_id(view: &View, agent: Ref<Agent>) -> u64 {
    let given = view.agent(agent).data.ccai.as_ref().and_then(|g| g.user_id);
    given.unwrap_or(agent.index() as u64 + 1)
}

/// The agent of a call.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct AgentInfo<'a> {
    id: u64,
    agent_number: Option<u64>,
    name: &'a str,
    last_name: &'a str,
    first_name: &'a str,
    avatar_url: Option<&'a str>,
}

impl<'a> AgentInfo<'a> {
    /// The object of an agent.
    pub fn of(view: &'a View, agent: Ref<Agent>) -> Self {
        let record = view.agent(agent);
        let given = record.data.ccai.as_ref();
        let (first, last) = record.name.display.split_once(' ').unwrap_or((&record.name.display, ""));
        Self {
            id: user_id(view, agent),
            agent_number: given.and_then(|g| g.agent_number),
            name: &record.name.display,
            last_name: record.name.family.as_deref().unwrap_or(last),
            first_name: record.name.given.as_deref().unwrap_or(first),
            avatar_url: given.and_then(|g| g.avatar_url.as_deref()),
        }
    }
}

/// The end user of a call: the outside party.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EndUser<'a> {
    id: u64,
    identifier: Option<&'a str>,
    out_contact_id: Option<&'a str>,
}

impl<'a> EndUser<'a> {
    /// The object of a call's end user with the given id.
    pub fn of(view: &'a View, call: &Call, id: u64) -> Self {
        let known = call.customer.and_then(|customer| view.customer(customer).data.ccai.as_ref());
        Self {
            id,
            identifier: known.and_then(|g| g.identifier.as_deref()),
            out_contact_id: known.and_then(|g| g.out_contact_id.as_deref()),
        }
    }
}

/// A participant of a call.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Participant {
    pub id: u64,
    pub r#type: &'static str,
    pub status: &'static str,
    pub call_id: u64,
    pub user_id: Option<u64>,
    pub end_user_id: Option<u64>,
    pub call_duration: Option<u64>,
    pub hold_duration: Option<u64>,
    pub connected_at: Option<String>,
    pub ended_at: Option<String>,
    pub fail_reason: &'static str,
}

impl Participant {
    fn waiting(call_id: u64, id: u64, r#type: &'static str) -> Self {
        Self {
            id,
            r#type,
            status: "waiting",
            call_id,
            user_id: None,
            end_user_id: None,
            call_duration: None,
            hold_duration: None,
            connected_at: None,
            ended_at: None,
            fail_reason: "nothing",
        }
    }

    /// The agent of a call, still waiting.
    pub fn agent(call_id: u64, id: u64, user_id: Option<u64>) -> Self {
        Self { user_id, ..Self::waiting(call_id, id, "agent") }
    }

    /// The end user of a call, still waiting.
    pub fn end_user(call_id: u64, id: u64, end_user_id: Option<u64>) -> Self {
        Self { end_user_id, ..Self::waiting(call_id, id, "end_user") }
    }
}

/// The participants of a created call, all waiting: the agent if one is assigned, then the end
/// user.
fn participants(view: &View, call: &Call, created: &Created, call_id: u64) -> Vec<Participant> {
    let end_user = |id: &u64| Participant::end_user(call_id, *id, created.end_user_id);
    match created.participants.as_slice() {
        [agent, user] => {
            let user_id = call.agent.map(|agent| user_id(view, agent));
            vec![Participant::agent(call_id, *agent, user_id), end_user(user)]
        }
        ids => ids.iter().map(end_user).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::OfCall;
    use crate::universe::Millis;

    fn call(kind: CreatedKind, outcome: CallOutcome) -> Call {
        let at = DateTime::from_timestamp(1000, 0).unwrap();
        let created = Created {
            kind,
            at,
            lang: "en".into(),
            ticket_id: None,
            outbound_number: None,
            scheduled_at: None,
            participants: vec![],
            end_user_id: None,
            parent_id: None,
        };
        let data = OfCall {
            ccai: Some(Box::new(data::Call { id: Some(1), created: Some(created) })),
            ..OfCall::default()
        };
        let wait = if kind == CreatedKind::Outbound { 0 } else { 10_000 };
        let talk = if outcome == CallOutcome::Answered { 60_000 } else { 0 };
        Call {
            wait: Millis(wait),
            ring: Millis(5_000),
            talk: Millis(talk),
            outcome,
            data: Some(Box::new(data)),
            ..Call::blank(at)
        }
    }

    #[test]
    fn a_created_call_goes_through_its_states_as_the_clock_passes() {
        let answered = CallOutcome::Answered;
        for (kind, outcome, states) in [
            (CreatedKind::Outbound, answered, "0assigned 1connecting 5connected 64connected 65finished"),
            (
                CreatedKind::Inbound,
                answered,
                "0queued 9queued 10assigned 11connecting 15connected 75finished",
            ),
            (CreatedKind::Scheduled, answered, "-1scheduled 0queued 10assigned 15connected 75finished"),
            (CreatedKind::Inbound, CallOutcome::AbandonedQueue, "9queued 10failed"),
            (CreatedKind::Outbound, CallOutcome::NoAnswer, "0assigned 4connecting 5failed"),
            (CreatedKind::Outbound, CallOutcome::Voicemail, "1connecting 5voicemail_received"),
        ] {
            let call = call(kind, outcome);
            for state in states.split(' ') {
                let digits = state.find(|c: char| c.is_ascii_lowercase()).unwrap();
                let at = call.at + TimeDelta::seconds(state[..digits].parse().unwrap());
                assert_eq!(status(&call, at), Some(&state[digits..]), "{kind:?} {outcome:?} {state}");
            }
        }
    }

    #[test]
    fn a_scenarios_call_was_created_by_nobody() {
        assert_eq!(status(&Call::blank(DateTime::from_timestamp(0, 0).unwrap()), DateTime::UNIX_EPOCH), None);
    }
}
