//! Conversion of a call in a world to a neutral call.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::neutral::{Neutral, Recorded};
use super::{Vendor, recording};
use crate::universe::{Call, Millis, Ordinal};
use crate::world::{View, World};

impl Neutral {
    /// The neutral call of an ordinal, with its id at each vendor that holds it.
    #[must_use]
    pub fn of(vendors: &[&'static dyn Vendor], world: &World, view: &View, ordinal: Ordinal) -> Option<Self> {
        let call: &Call = view.call(ordinal)?;
        let ids = vendors.iter().filter_map(|vendor| {
            let name = vendor.catalogue().vendor;
            let id = vendor.call_id(view, ordinal).filter(|_| call.on_vendor(name))?;
            Some((name.to_owned(), Value::String(id)))
        });
        // A call that is not over has no values for its later phases.
        let now = view.now();
        let file = |length| recording::Recording::of(view, ordinal, length);
        let happened = |at: DateTime<Utc>| at <= now;
        let over = call.is_over(now);
        let mut left = (now - call.at).num_milliseconds().max(0);
        let mut phase = |length: Millis| {
            let passed = i64::from(length.0).min(left);
            left -= passed;
            passed / 1000
        };
        Some(Self {
            id: call.id.to_string(),
            direction: call.direction,
            from: call.from.to_string(),
            to: call.to.to_string(),
            at: call.at,
            answered_at: call.answered_at().filter(|at| happened(*at)),
            ended_at: Some(call.ended_at()).filter(|_| over),
            dial: phase(call.dial),
            ivr: phase(call.ivr),
            wait: phase(call.wait),
            ring: phase(call.ring),
            talk: phase(call.talk),
            hold: call.hold.as_seconds(),
            outcome: Some(call.outcome).filter(|_| over),
            agent: call.agent.map(|agent| view.agent(agent).id.to_string()),
            customer: call.customer.map(|customer| view.customer(customer).id.to_string()),
            queue: call.queue.map(|queue| view.queue(queue).id.to_string()),
            parent: call.parent.and_then(|parent| Some(view.call(parent)?.id.to_string())),
            recording: view.recording(ordinal).filter(|_| over).map(|recording| Recorded {
                url: recording.url.as_deref().map(str::to_owned),
                duration: recording.duration.as_seconds(),
                bytes: Some(file(recording.duration).size()),
                tones: Some(file(recording.duration).key()),
            }),
            rating: view.rating(ordinal).cloned(),
            on: call.on.as_ref().map(|on| {
                let holder = |holder: &crate::universe::Holder| match &holder.account {
                    Some(account) => {
                        format!("{}/{}", holder.vendor, world.names().own(holder.vendor, account))
                    }
                    None => holder.vendor.to_owned(),
                };
                on.iter().map(holder).collect()
            }),
            ids: ids.collect(),
            status: vendors
                .iter()
                .find_map(|vendor| vendor.call_status(view, ordinal))
                .or(Some(call.phase(now).name()))
                .map(str::to_owned),
        })
    }
}
