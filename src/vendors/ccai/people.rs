//! Agents, customers and queues under the names that CCAI Platform's answers have.

use serde_json::{Map, Value, json};

use super::calls::{end_user_id, user_id};
use crate::dialects::ccai::Entry;
use crate::vendor::Who;
use crate::world::View;

/// The ids of an entry. A queue without a menu has none.
pub fn known_as(view: &View, who: Who) -> Map<String, Value> {
    let ids = match who {
        Who::Agent(agent) => json!({ "agent_info.id": user_id(view, agent) }),
        Who::Customer(customer) => json!({ "end_user.id": end_user_id(view, customer) }),
        Who::Queue(queue) => match view.queue(queue).data.ccai.as_ref() {
            None => json!({}),
            Some(menu) => json!({
                "menu_id": menu.menu_id,
                "menu_type": menu.menu_type,
                "entered_by": menu.ways_in().iter().map(|way| match way {
                    Entry::Ivr => "ivr",
                    Entry::Mobile => "mobile",
                    Entry::Web => "web",
                }).collect::<Vec<_>>(),
            }),
        },
    };
    ids.as_object().cloned().unwrap_or_default()
}
