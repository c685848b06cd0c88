//! Agents, customers and queues under the names that commubo's answers have.

use std::fmt::Write as _;

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
    Text::made(Groups(&view.drawn(kind, index, count)[..18]))
}

/// Bytes in groups of upper-case hexadecimal.
struct Groups<'a>(&'a [u8]);

impl std::fmt::Display for Groups<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        for (n, byte) in self.0.iter().enumerate() {
            if matches!(n, 4 | 6 | 8 | 10) {
                f.write_char('-')?;
            }
            f.write_char(char::from(DIGITS[usize::from(byte >> 4)]))?;
            f.write_char(char::from(DIGITS[usize::from(byte & 15)]))?;
        }
        Ok(())
    }
}
