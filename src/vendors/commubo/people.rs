//! Agents, customers and queues under the names that commubo's answers have.

use serde_json::{Map, Value, json};

use crate::universe::{self, Ref};
use crate::vendor::{Text, Who};
use crate::world::View;

/// The ids of an entry.
pub fn known_as(view: &View, who: Who) -> Map<String, Value> {
    let ids = match who {
        Who::Agent(agent) => json!({ "operatorId": operator_id(view, agent) }),
        Who::Customer(customer) => json!({ "customerId": customer_id(view, customer) }),
        Who::Queue(queue) => json!({ "scenarioId": scenario_id(view, queue) }),
    };
    ids.as_object().cloned().unwrap_or_default()
}

/// The id of a customer.
pub fn customer_id(view: &View, customer: Ref<universe::Customer>) -> Text<'_> {
    let given = view.customer(customer).data.commubo.as_ref().and_then(|g| g.customer_id.as_deref());
    given.map_or_else(|| opaque(view, "customer", customer.index(), view.customers().len()), Text::from)
}

/// The id of an operator.
pub fn operator_id(view: &View, agent: Ref<universe::Agent>) -> Text<'_> {
    let given = view.agent(agent).data.commubo.as_ref().and_then(|g| g.operator_id.as_deref());
    given.map_or_else(|| opaque(view, "operator", agent.index(), view.agents().len()), Text::from)
}

/// The id of a conversation scenario.
pub fn scenario_id(view: &View, queue: Ref<universe::Queue>) -> Text<'_> {
    let given = view.queue(queue).data.commubo.as_ref().and_then(|g| g.scenario_id.as_deref());
    given.map_or_else(|| opaque(view, "scenario", queue.index(), view.queues().len()), Text::from)
}

/// A derived id for an entry without an id in the scenario: upper-case hexadecimal in groups of
/// 8-4-4-4-16, as in the page's examples. The last group is longer than a UUID's (A21).
fn opaque(view: &View, kind: &'static str, index: usize, count: usize) -> Text<'static> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let drawn = view.drawn(kind, index, count);
    // The hyphens are there already.
    let mut text = [b'-'; 40];
    let mut place = 0;
    for (n, byte) in drawn[..18].iter().enumerate() {
        place += usize::from(matches!(n, 4 | 6 | 8 | 10));
        text[place] = DIGITS[usize::from(byte >> 4)];
        text[place + 1] = DIGITS[usize::from(byte & 15)];
        place += 2;
    }
    Text::made(std::str::from_utf8(&text).unwrap_or_default())
}
