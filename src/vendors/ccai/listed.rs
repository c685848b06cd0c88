//! The call object of the Manager API, with its keys in the page's order (sheet of neighbours, C2
//! and C2a).

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::calls::{self, AgentInfo, EndUser, MenuPath, OfferEvent, Participant, SelectedMenu, time};
use super::records::Record;

/// A call of the Manager API: every key of the newest page, then those of the older copy and of
/// clients. Members about later phases are null, but `updated_at` never is (C4).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ListedCall<'a> {
    id: u64,
    parent_id: Option<u64>,
    call_uuid: String,
    lang: &'a str,
    call_type: &'static str,
    status: &'static str,
    sub_status: Option<String>,
    created_at: String,
    queued_at: Option<String>,
    assigned_at: Option<String>,
    connected_at: Option<String>,
    ends_at: Option<String>,
    scheduled_at: Option<String>,
    updated_at: String,
    wait_duration: u64,
    queue_duration: u64,
    call_duration: u64,
    hold_duration: u64,
    /// The score as text (C3).
    rating: Option<String>,
    has_feedback: bool,
    voip_provider: &'static str,
    out_ticket_id: Option<&'a str>,
    out_ticket_url: Option<String>,
    verified: bool,
    recording_url: Option<Cow<'a, str>>,
    recording_permission: &'static str,
    voicemail_reason: &'static str,
    deflection: &'static str,
    disconnected_by: &'static str,
    finish_reason: &'static str,
    fail_details: Option<String>,
    fail_reason: &'static str,
    adapter_fail_code: Option<String>,
    adapter_fail_message: Option<String>,
    support_number: Option<&'a str>,
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

impl<'a> ListedCall<'a> {
    /// The call at the record's time.
    pub fn of(record: &Record<'a>) -> Self {
        let queue = record.call.queue.map(|queue| record.view.queue(queue));
        let (queue_duration, wait_duration, call_duration) = record.durations();
        Self {
            id: record.id,
            parent_id: record.parent_id(),
            call_uuid: record.uuid(),
            lang: record.lang(),
            call_type: record.call_type(),
            status: record.status(),
            sub_status: None,
            created_at: time(record.created_at()),
            queued_at: record.queued_at().map(time),
            assigned_at: record.assigned_at().map(time),
            connected_at: record.connected_at().map(time),
            ends_at: record.ends_at().map(time),
            scheduled_at: record.scheduled_at().map(time),
            updated_at: time(record.updated_at()),
            wait_duration,
            queue_duration,
            call_duration,
            hold_duration: record.call.hold.as_seconds(),
            rating: record.rating(),
            has_feedback: record.has_feedback(),
            voip_provider: "voip_provider_twilio",
            out_ticket_id: record.ticket_id(),
            out_ticket_url: None,
            verified: false,
            recording_url: record.recording_url(),
            recording_permission: "not_asked",
            // No public text has the value for a voicemail.
            voicemail_reason: "not_voicemail",
            deflection: "no_deflection",
            disconnected_by: record.disconnected_by(),
            finish_reason: "no_reason",
            fail_details: None,
            fail_reason: record.fail_reason(),
            adapter_fail_code: None,
            adapter_fail_message: None,
            support_number: record.support_number(),
            selected_menu: queue.map(SelectedMenu::of),
            menu_path: queue.map(MenuPath::of),
            agent_info: record.agent().map(|agent| AgentInfo::of(record.view, agent)),
            end_user: record.end_user_id().map(|id| EndUser::of(record.view, record.call, id)),
            photos: [],
            videos: [],
            transfers: [],
            deflection_details: [],
            participants: participants(record),
            offer_type: record.offer_type(),
            offer_events: record.offered_at().map(OfferEvent::at).into_iter().collect(),
            answer_type: "manual",
            outbound_number: record.outbound_number(),
        }
    }
}

/// The participants of a call: the agent if it has one, then the end user.
fn participants(record: &Record<'_>) -> Vec<Participant> {
    // Derived ids of participants, from the call's ordinal. They are above all ids that count up.
    let derived =
        |kind: u8| format!("{kind}{}", record.style.ids.id(record.ordinal)).parse().unwrap_or_default();
    let (agent, end_user) = match record.created.map(|created| created.participants.as_slice()) {
        Some([agent, end_user]) => (Some(*agent), Some(*end_user)),
        // An agent takes part once the call is assigned.
        Some(ids) => (record.agent().map(|_| derived(2)), ids.first().copied()),
        None => (record.call.agent.map(|_| derived(2)), Some(derived(3))),
    };
    let user_id = record.call.agent.map(|agent| calls::user_id(record.view, agent));
    let agent = agent.map(|id| Participant::agent(record.id, id, user_id));
    let end_user = end_user.map(|id| Participant::end_user(record.id, id, record.end_user_id()));
    let (_, _, talk) = record.durations();
    let connected = record.connected_at();
    let status = match record.status() {
        status @ ("connecting" | "connected" | "finished" | "failed") => status,
        "voicemail" => "connected",
        "voicemail_received" => "finished",
        _ => "waiting",
    };
    let as_it_stands = |participant: Participant| Participant {
        status,
        call_duration: connected.map(|_| talk),
        hold_duration: connected.map(|_| record.call.hold.as_seconds()),
        connected_at: connected.map(time),
        ended_at: record.ends_at().map(time),
        ..participant
    };
    [agent, end_user].into_iter().flatten().map(as_it_stands).collect()
}
