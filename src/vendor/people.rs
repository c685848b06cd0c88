//! Who a vendor's client sees: agents, customers and queues, under the vendor's own names.

use crate::universe::{Agent, Customer, Queue, Ref};

/// An entry of a scenario that a vendor shows.
#[derive(Debug, Clone, Copy)]
pub enum Who {
    /// A person or an AI that takes calls.
    Agent(Ref<Agent>),
    /// A person whom the contact centre knows.
    Customer(Ref<Customer>),
    /// A queue.
    Queue(Ref<Queue>),
}
