//! What goes out: a call with every key of the page's 201 examples, in their order, nulls and all (fact sheet 2), and the
//! flags of a call's customer.

use chrono::{DateTime, SecondsFormat, SubsecRound, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::NAME;
use super::contract::ScheduledResponse;
use crate::dialects::ccai::{self as data, Created, CreatedKind};
use crate::universe::{Agent, Call, Customer, Decimals, Direction, Ordinal, Outcome, Queue, Ref};
use crate::world::{Flags, View};

/// A call's id here: what the scenario or its creation gave it, else one made from its place, above all that count up.
pub fn call_id(view: &View, ordinal: Ordinal) -> Option<u64> {
    let call = view.call(ordinal)?;
    if call.direction == Direction::Internal {
        return None;
    }
    given(call)
        .and_then(|g| g.id)
        .or_else(|| format!("1{}", Decimals::<12>::of(view).id(ordinal)).parse().ok())
}

/// The call of an id, if an account has it.
pub fn find(view: &View, id: u64, account: &str) -> Option<Ordinal> {
    let text = id.to_string();
    let derived = || {
        let digits = text.strip_prefix('1').filter(|digits| digits.len() == 12)?;
        let ordinal = Decimals::<12>::of(view).ordinal(digits)?;
        (call_id(view, ordinal) == Some(id)).then_some(ordinal)
    };
    let ordinal = view.by_wire_id(NAME, &text).or_else(derived)?;
    view.call(ordinal).filter(|call| call.held_by(NAME, account)).map(|_| ordinal)
}

fn given(call: &Call) -> Option<&data::Call> {
    call.data.as_ref()?.ccai.as_deref()
}

/// Where a created call stands at a time (page L131-146): a pure function of the call, whose phases were drawn from the seed
/// when it was created.
pub fn status(call: &Call, now: DateTime<Utc>) -> Option<&'static str> {
    let created = given(call)?.created.as_ref()?;
    let passed = now - call.at;
    let assigned = TimeDelta::from(call.dial + call.ivr + call.wait);
    let connecting = assigned + TimeDelta::seconds(1);
    let rung = assigned + TimeDelta::from(call.ring);
    Some(match (created.kind, call.outcome) {
        (CreatedKind::Scheduled, _) if passed < TimeDelta::zero() => "scheduled",
        (CreatedKind::Inbound | CreatedKind::Scheduled, _) if passed < assigned => "queued",
        // Whoever hangs up in the queue is never assigned to anybody.
        (_, Outcome::AbandonedQueue) => "failed",
        _ if passed < connecting => "assigned",
        _ if passed < rung => "connecting",
        (_, Outcome::Answered) if now < call.ended_at() => "connected",
        (_, Outcome::Answered) => "finished",
        (_, Outcome::Voicemail) if now < call.ended_at() => "voicemail",
        (_, Outcome::Voicemail) => "voicemail_received",
        _ => "failed",
    })
}

/// A queue's menu id.
pub fn menu_id(queue: &Queue) -> Option<u64> {
    queue.data.ccai.as_ref()?.menu_id
}

/// A customer's end-user id: the scenario's, else one of its place.
pub fn end_user_id(view: &View, customer: Ref<Customer>) -> u64 {
    let given = view.customer(customer).data.ccai.as_ref().and_then(|g| g.end_user_id);
    given.unwrap_or(customer.index() as u64 + 1)
}

/// The flags of a call's customer (page L1920-1924).
pub fn flags(flags: Flags) -> Value {
    json!({
        "verified_customer": flags.verified,
        "bad_actor": flags.bad_actor,
        "repeat_customer": flags.repeat,
    })
}

/// A created call as its 201 shows it.
pub fn call_object(view: &View, ordinal: Ordinal, shown_as: ScheduledResponse) -> Value {
    let parts =
        view.call(ordinal).and_then(|call| Some((call, given(call)?.id?, given(call)?.created.as_ref()?)));
    let Some((call, id, created)) = parts else { return Value::Null };
    let outbound = created.kind == CreatedKind::Outbound;
    let as_documented = created.kind == CreatedKind::Scheduled && shown_as == ScheduledResponse::AsDocumented;
    let sane_schedule = created.kind == CreatedKind::Scheduled && !as_documented;
    let created_at = if outbound { created.at } else { created.at.trunc_subsecs(0) };
    let (call_type, status) = match created.kind {
        CreatedKind::Outbound => ("Voice Outbound (API)", "assigned"),
        CreatedKind::Scheduled if sane_schedule => ("Voice Scheduled (API)", "scheduled"),
        // The page's scheduled examples are copies of inbound ones (1G.9).
        CreatedKind::Inbound | CreatedKind::Scheduled => ("Voice Inbound (API)", "queued"),
    };
    let mut object = Map::new();
    let mut set = |key: &str, value: Value| drop(object.insert(key.to_owned(), value));
    set("id", json!(id));
    if let Some(parent) = created.parent_id.filter(|_| sane_schedule) {
        set("parent_id", json!(parent));
    }
    set("lang", json!(created.lang));
    set("call_type", json!(call_type));
    set("status", json!(status));
    set("created_at", time(created_at));
    set("queued_at", if created.kind == CreatedKind::Inbound { time(created.at) } else { Value::Null });
    set("assigned_at", if outbound { time(call.at + TimeDelta::from(call.dial)) } else { Value::Null });
    set("connected_at", Value::Null);
    set("ends_at", Value::Null);
    set("scheduled_at", created.scheduled_at.map_or(Value::Null, time));
    for duration in ["wait_duration", "call_duration", "hold_duration"] {
        set(duration, json!(0));
    }
    set("rating", Value::Null);
    set("has_feedback", json!(false));
    if outbound {
        set("voip_provider", json!("voip_provider_twilio"));
    }
    set("out_ticket_id", json!(created.ticket_id));
    set("out_ticket_url", Value::Null);
    set("verified", json!(false));
    set("recording_url", Value::Null);
    set("recording_permission", json!("not_asked"));
    set("voicemail_reason", json!("not_voicemail"));
    set("deflection", json!("no_deflection"));
    set("disconnected_by", json!("disconnected_by_unknown"));
    set("fail_reason", json!("nothing"));
    set("fail_details", Value::Null);
    set("support_number", Value::Null);
    let queue = call.queue.map(|queue| view.queue(queue));
    set("selected_menu", queue.map_or(Value::Null, selected_menu));
    set("menu_path", queue.map_or(Value::Null, menu_path));
    set("agent_info", call.agent.map_or(Value::Null, |agent| agent_info(view, agent)));
    set("end_user", end_user(view, call, created));
    for list in ["photos", "videos", "transfers", "deflection_details"] {
        set(list, json!([]));
    }
    set("participants", participants(view, call, created, id));
    set("offer_type", if outbound || sane_schedule { Value::Null } else { json!("cascade") });
    let offered = json!([{ "casting_time": time(created_at), "group": "Group 1" }]);
    set("offer_events", if outbound || sane_schedule { json!([]) } else { offered });
    set("answer_type", json!("manual"));
    set("outbound_number", json!(created.outbound_number));
    Value::Object(object)
}

/// ISO 8601 in UTC with three decimals, always.
fn time(at: DateTime<Utc>) -> Value {
    json!(at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn selected_menu(queue: &Queue) -> Value {
    let given = queue.data.ccai.as_ref();
    json!({
        "id": menu_id(queue), "name": queue.name, "parent_id": null, "position": 0, "deleted": false,
        "menu_type": given.and_then(|g| g.menu_type.as_deref()).unwrap_or("ivr_menu"),
        "output_msg": format!("You selected {}.", queue.name), "hidden": false,
    })
}

fn menu_path(queue: &Queue) -> Value {
    let path = menu_id(queue).map(|id| id.to_string());
    json!({ "items_count": 1, "name": queue.name, "materialized_path": path })
}

fn user_id(view: &View, agent: Ref<Agent>) -> u64 {
    let given = view.agent(agent).data.ccai.as_ref().and_then(|g| g.user_id);
    given.unwrap_or(agent.index() as u64 + 1)
}

fn agent_info(view: &View, agent: Ref<Agent>) -> Value {
    let record = view.agent(agent);
    let given = record.data.ccai.as_ref();
    let (first, last) = record.name.display.split_once(' ').unwrap_or((&record.name.display, ""));
    json!({
        "id": user_id(view, agent),
        "agent_number": given.and_then(|g| g.agent_number),
        "name": record.name.display,
        "last_name": record.name.family.as_deref().unwrap_or(last),
        "first_name": record.name.given.as_deref().unwrap_or(first),
        "avatar_url": given.and_then(|g| g.avatar_url.as_deref()),
    })
}

fn end_user(view: &View, call: &Call, created: &Created) -> Value {
    let Some(id) = created.end_user_id else { return Value::Null };
    let known = call.customer.and_then(|customer| view.customer(customer).data.ccai.as_ref());
    json!({
        "id": id,
        "identifier": known.and_then(|g| g.identifier.as_deref()),
        "out_contact_id": known.and_then(|g| g.out_contact_id.as_deref()),
    })
}

/// The agent, where one is assigned, then the end user; nobody has done anything yet.
fn participants(view: &View, call: &Call, created: &Created, call_id: u64) -> Value {
    let waiting = |id: &u64, kind: &str, user_id: Option<u64>, end_user_id: Option<u64>| {
        json!({
            "id": id, "type": kind, "status": "waiting", "call_id": call_id, "user_id": user_id,
            "end_user_id": end_user_id, "call_duration": null, "hold_duration": null, "connected_at": null,
            "ended_at": null, "fail_reason": "nothing",
        })
    };
    let agent = call.agent.map(|agent| user_id(view, agent));
    match created.participants.as_slice() {
        [agents, end_users] => json!([
            waiting(agents, "agent", agent, None),
            waiting(end_users, "end_user", None, created.end_user_id),
        ]),
        ids => {
            Value::Array(ids.iter().map(|id| waiting(id, "end_user", None, created.end_user_id)).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::OfCall;
    use crate::universe::Millis;

    fn call(kind: CreatedKind, outcome: Outcome) -> Call {
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
        let talk = if outcome == Outcome::Answered { 60_000 } else { 0 };
        Call {
            wait: Millis(wait),
            ring: Millis(5_000),
            talk: Millis(talk),
            outcome,
            data: Some(Box::new(data)),
            ..Call::plain(at)
        }
    }

    #[test]
    fn a_created_call_goes_through_its_states_as_the_clock_passes() {
        let answered = Outcome::Answered;
        for (kind, outcome, states) in [
            (CreatedKind::Outbound, answered, "0assigned 1connecting 5connected 64connected 65finished"),
            (
                CreatedKind::Inbound,
                answered,
                "0queued 9queued 10assigned 11connecting 15connected 75finished",
            ),
            (CreatedKind::Scheduled, answered, "-1scheduled 0queued 10assigned 15connected 75finished"),
            (CreatedKind::Inbound, Outcome::AbandonedQueue, "9queued 10failed"),
            (CreatedKind::Outbound, Outcome::NoAnswer, "0assigned 4connecting 5failed"),
            (CreatedKind::Outbound, Outcome::Voicemail, "1connecting 5voicemail_received"),
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
        assert_eq!(status(&Call::plain(DateTime::from_timestamp(0, 0).unwrap()), DateTime::UNIX_EPOCH), None);
    }
}
