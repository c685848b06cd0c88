//! Turns a checked request into a call. All phases are drawn from the seed at creation (fact sheet
//! 6).

use std::sync::Arc;

use chrono::SubsecRound;

use super::order::{Order, Target};
use crate::dialects::ccai::{self as data, Created, CreatedKind, CreatedOutcome};
use crate::dialects::{OfCall, VENDORS};
use crate::universe::{Call, CallId, CallOutcome, Direction, Holder, Magic, Millis, Ordinal, Recording};
use crate::vendors::ccai::{calls, name::NAME};
use crate::world::{Changes, Untaken, View};

impl Order {
    /// The call of a checked request. It takes the next free ids from `changes`. The phases are
    /// drawn from the seed now, and the state at any later time follows from them.
    #[expect(clippy::too_many_lines, reason = "a record has as many fields")]
    pub fn call(
        self,
        account: &data::Account,
        magic: Option<Magic>,
        changes: &mut Changes,
        view: &View,
        ordinal: Ordinal,
    ) -> Call {
        let now = view.now();
        let first = u32::try_from(view.len()).unwrap_or(u32::MAX);
        let in_use = |id: u64| view.by_wire_id(NAME, &id.to_string()).is_some();
        let key = |what: &str| format!("{} {} {what}", NAME, account.subdomain);
        let id = changes.next_number(&key("call"), account.next_call_id.unwrap_or(1), in_use);
        let mut participant =
            || changes.next_number(&key("participant"), account.next_participant_id.unwrap_or(1), |_| false);
        let drawn = view.opaque("lifecycle", ordinal.0 as usize);
        let between = |n: usize, least: u32, most: u32| {
            let drawn = u32::from(drawn[n]) << 8 | u32::from(drawn[n + 1]);
            Millis(least + drawn % (most - least + 1))
        };
        let (agent, queue, target, number, lang, shown, scheduled_at, parent) = match self {
            Order::Outbound(o) => {
                (Some(o.agent), None, o.target, None, o.lang, Some(o.outbound_number), None, None)
            }
            Order::Inbound(q) | Order::Scheduled(q) => (
                None,
                Some(q.queue),
                q.target,
                Some(q.number),
                q.lang,
                q.outbound_number,
                q.scheduled_at,
                q.parent,
            ),
            Order::ChooseFirst(_) => unreachable!("nothing is created before the agent has chosen"),
        };
        let kind = match (agent, scheduled_at) {
            (Some(_), _) => CreatedKind::Outbound,
            (None, Some(_)) => CreatedKind::Scheduled,
            (None, None) => CreatedKind::Inbound,
        };
        let (ticket_id, customer, far_end) = match target {
            Target::Ticket { id, customer } => {
                let phone = view.customer(customer).phones.first().map(AsRef::as_ref);
                let phone = phone.map(str::to_owned).or(number).unwrap_or_default();
                (Some(id), Some(customer), phone)
            }
            Target::Number(number) => {
                let known = view.customer_by_phone(&number);
                (None, known, number)
            }
        };
        let participants = if kind == CreatedKind::Outbound {
            vec![participant(), participant()]
        } else {
            vec![participant()]
        };
        // An outbound call has an end user only with a ticket. An unknown caller gets a new
        // end-user id (6).
        let end_user_id = match (kind, &ticket_id, customer) {
            (CreatedKind::Outbound, None, _) => None,
            (_, _, Some(customer)) => Some(calls::end_user_id(view, customer)),
            (_, _, None) => Some(changes.next_number(&key("end user"), 100_000, |_| false)),
        };
        let outbound = kind == CreatedKind::Outbound;
        let outcome = outcome(account, magic, kind);
        let voicemail_of_caller = kind == CreatedKind::Inbound && outcome == CallOutcome::Voicemail;
        let talk = between(0, 20_000, 80_000);
        let answered = outcome == CallOutcome::Answered;
        let (from, to) = {
            let (shown, far): (Arc<str>, Arc<str>) =
                (shown.as_deref().unwrap_or_default().into(), far_end.into());
            if kind == CreatedKind::Inbound { (far, shown) } else { (shown, far) }
        };
        let created = Created {
            kind,
            at: now,
            lang,
            ticket_id,
            outbound_number: shown,
            scheduled_at,
            participants,
            end_user_id,
            parent_id: parent.map(|(_, id)| id),
        };
        let data = data::Call { id: Some(id), created: Some(created) };
        // A scheduled call whose time is past begins now, because nothing can happen before the
        // request.
        let begins = match scheduled_at {
            Some(due) => due.max(now),
            None if outbound => now,
            None => now.trunc_subsecs(0),
        };
        let call = Call {
            id: CallId::Created(ordinal.0 - first + 1),
            // A scheduled call is a call back, so it is outbound (page L139, L1442).
            direction: if kind == CreatedKind::Inbound { Direction::Inbound } else { Direction::Outbound },
            from,
            to,
            // Whole microseconds, the finest precision of any vendor. Otherwise a cursor could not
            // tell two calls apart.
            at: begins.trunc_subsecs(6),
            // The page's calls are assigned 16 and 35 ms after their creation (A2, A3).
            dial: if outbound { Millis(16 + u32::from(drawn[8]) % 20) } else { Millis(0) },
            ivr: Millis(0),
            wait: if outbound { Millis(0) } else { between(2, 3_000, 60_000) },
            ring: if voicemail_of_caller { Millis(0) } else { between(4, 2_000, 12_000) },
            talk: if answered { talk } else { Millis(0) },
            hold: Millis(0),
            outcome,
            ended_by: None,
            agent,
            customer,
            queue,
            parent: parent.map(|(ordinal, _)| ordinal),
            note: None,
            // The recording of an answered call covers its talk time. The recording of a voicemail
            // is the message.
            recording: matches!(outcome, CallOutcome::Answered | CallOutcome::Voicemail)
                .then_some(Recording { url: None, duration: talk }),
            rating: None,
            on: Some(holders(account, view)),
            awaits_agent: kind == CreatedKind::Scheduled && begins > now,
            data: Some(Box::new(OfCall { ccai: Some(Box::new(data)), ..OfCall::default() })),
        };
        let alone = matches!(call.outcome, CallOutcome::AbandonedQueue) || voicemail_of_caller;
        match kind {
            // The status "assigned" says that an agent was chosen (page L133).
            CreatedKind::Inbound if !alone => {
                let patience = between(6, 20_000, 85_000);
                changes.staffed(view, ordinal, call, now, Untaken::Abandoned(patience))
            }
            CreatedKind::Scheduled if !call.awaits_agent => {
                changes.staffed(view, ordinal, call, now, Untaken::Failed)
            }
            _ => call,
        }
    }
}

/// The outcome of a created call: the account's, else the number's, else answered.
fn outcome(account: &data::Account, magic: Option<Magic>, kind: CreatedKind) -> CallOutcome {
    let of_account =
        account.created_outcome.filter(|outcome| outcome.fits(kind)).map(|outcome| match outcome {
            CreatedOutcome::Answered => CallOutcome::Answered,
            CreatedOutcome::NoAnswer => CallOutcome::NoAnswer,
            CreatedOutcome::Busy => CallOutcome::Busy,
            CreatedOutcome::Failed => CallOutcome::Failed,
            CreatedOutcome::AbandonedQueue => CallOutcome::AbandonedQueue,
            CreatedOutcome::Voicemail => CallOutcome::Voicemail,
        });
    let of_number = || match magic? {
        // Only an inbound caller can hang up in a queue.
        Magic::Ends(CallOutcome::AbandonedQueue) | Magic::NoAgent => {
            (kind == CreatedKind::Inbound).then_some(CallOutcome::AbandonedQueue)
        }
        Magic::Ends(outcome) => Some(outcome),
        _ => None,
    };
    of_account.or_else(of_number).unwrap_or(CallOutcome::Answered)
}

/// The second call of a transfer. It begins when the first one ends, and another agent takes it,
/// if there is one.
pub fn transferred(first: &Call, ordinal: Ordinal, view: &View) -> Call {
    let others = view.agents().map(|(agent, _)| agent).filter(|agent| Some(*agent) != first.agent);
    let others: Vec<_> = others.collect();
    let drawn = usize::from(view.opaque("transfer", ordinal.0 as usize)[0]);
    let agent = others.get(drawn % others.len().max(1)).copied().or(first.agent);
    Call {
        id: CallId::Listed(format!("{}-transferred", first.id).into()),
        at: first.ended_at().trunc_subsecs(6),
        dial: Millis(0),
        ivr: Millis(0),
        wait: Millis(0),
        ring: Millis(3_000),
        agent,
        parent: Some(ordinal),
        data: None,
        ..first.clone()
    }
}

/// The holders of the calls that an account creates, in the memory that the last created call has
/// them in, if it has the same ones.
fn holders(account: &data::Account, view: &View) -> Arc<[Holder]> {
    let holders = holders_of(account);
    let last = view.last_created().and_then(|call| call.on.clone());
    last.filter(|last| *last == holders).unwrap_or(holders)
}

/// The holders of the calls that an account creates: the account itself, unless its settings name
/// others. The scenario's loader has checked the names.
fn holders_of(account: &data::Account) -> Arc<[Holder]> {
    let Some(names) = &account.created_on else {
        return Arc::new([Holder { vendor: NAME, account: Some(account.subdomain.as_str().into()) }]);
    };
    let holder = |name: &String| {
        let (vendor, account) = name.split_once('/').map_or((name.as_str(), None), |(v, a)| (v, Some(a)));
        let vendor = VENDORS.iter().copied().find(|known| *known == vendor)?;
        Some(Holder { vendor, account: account.map(Into::into) })
    };
    names.iter().filter_map(holder).collect()
}
