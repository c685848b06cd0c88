//! Checking one call: the records that it names, and contradictions in it.

use chrono::{DateTime, SubsecRound, Utc};

use super::accounts::holders;
use super::names::Names;
use crate::dialects::{Accounts, ListedAt};
use crate::scenario::diagnostic::{Diagnostic, Invalid};
use crate::scenario::file;
use crate::scenario::load::FileEntry;
use crate::scenario::values::Length;
use crate::times::Origin;
use crate::universe::{Call, CallId, CallOutcome, Ordinal, Rating, Recording, Ref, Universe, is_created_id};

/// The ids that a call may name.
pub struct CallNames {
    pub agents: Names,
    pub customers: Names,
    pub queues: Names,
    pub calls: Names,
}

/// Checks one call for a world that already runs. The call is written as an entry of a scenario.
///
/// # Errors
/// Every mistake in the call.
pub fn single_call(
    mut entry: FileEntry<file::Call>,
    universe: &Universe,
    accounts: &Accounts,
    origin: &Origin,
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
    // A universe may have millions of calls, so only those that the entry names are looked up.
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
    let call = call(entry, &known, accounts, origin, &mut mistakes);
    if mistakes.is_empty() { Ok(call) } else { Err(Invalid(mistakes)) }
}

/// Looks up the records that a call names, and refuses contradictions.
pub fn call(
    mut entry: FileEntry<file::Call>,
    names: &CallNames,
    accounts: &Accounts,
    origin: &Origin,
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
    let at = entry.value.at.value.of(origin).unwrap_or_else(|error| {
        mistakes.push(entry.mistake(entry.value.at.place, "at", error.to_string()));
        origin.moment
    });
    let mut data = entry.value.take_data();
    for (vendor, data) in data.each_mut() {
        for (key, time) in data.times() {
            if let Err(error) = time.settle(origin) {
                mistakes.push(entry.mistake(
                    entry.value.id.place,
                    &format!("{vendor}.{key}"),
                    error.to_string(),
                ));
            }
        }
    }
    for (vendor, data) in data.each() {
        if let Some((key, message)) = data.mistake() {
            mistakes.push(entry.mistake(entry.value.id.place, &format!("{vendor}.{key}"), message));
        }
        if let Some(listed) = data.listed_at() {
            listed_at(&entry, vendor, at, listed, mistakes);
        }
    }
    let file::Call { id, direction, from, to, outcome, ended_by, note, recording, rating, .. } = entry.value;
    let length = |length: Option<Length>| length.map(|l| l.0).unwrap_or_default();
    Call {
        id: CallId::Listed(id.value.into()),
        direction,
        from: from.into(),
        to: to.into(),
        // The finest time that a vendor shows is a microsecond. Anything finer must not decide the
        // order.
        at: at.trunc_subsecs(6),
        dial: length(entry.value.dial),
        ivr: length(entry.value.ivr),
        wait: length(entry.value.wait),
        ring: length(entry.value.ring),
        talk: length(entry.value.talk.map(|talk| talk.value)),
        hold: length(entry.value.hold.map(|hold| hold.value)),
        outcome: outcome.0,
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

/// Refuses phases that contradict the outcome.
fn phases(entry: &FileEntry<file::Call>, mistakes: &mut Vec<Diagnostic>) {
    let file::Call { talk, hold, outcome, .. } = &entry.value;
    let spoke = talk.map(|talk| talk.value.0).unwrap_or_default();
    if let Some(talk) = talk
        && outcome.0 != CallOutcome::Answered
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

/// Refuses a vendor's time that would give the call another place in the vendor's list than its
/// `at`.
fn listed_at(
    entry: &FileEntry<file::Call>,
    vendor: &str,
    at: DateTime<Utc>,
    listed: ListedAt<'_>,
    mistakes: &mut Vec<Diagnostic>,
) {
    let (shown, same) = match listed {
        ListedAt::UnixMillis(ms) => (ms.to_string(), at.timestamp_millis() == ms),
        ListedAt::Text(text) => {
            let wire = DateTime::parse_from_rfc3339(text).map(|wire| wire.to_utc());
            let same = wire.is_ok_and(|wire| wire == at || wire == at.trunc_subsecs(0));
            (text.to_owned(), same)
        }
    };
    if !same {
        let message = format!(
            "{vendor} lists calls by this time, so it must be the call's `at` ({}), not `{shown}`",
            at.to_rfc3339()
        );
        mistakes.push(entry.mistake(entry.value.at.place, vendor, message));
    }
}
