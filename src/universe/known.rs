//! The look-ups of agents and customers by what a request names. Each index is built when it is
//! first needed.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::people::{Agent, Customer};
use super::reference::Ref;

/// The indexes of the people of a universe. Of two with one key, the first one is found. The slices
/// that the look-ups take must be the same each time.
#[derive(Debug, Default)]
pub struct Known {
    emails: OnceLock<Index<Agent>>,
    phones: OnceLock<Index<Customer>>,
    tickets: OnceLock<Index<Customer>>,
}

type Index<T> = HashMap<Box<str>, Ref<T>>;

impl Known {
    /// The agent with an e-mail address.
    pub fn agent_by_email(&self, agents: &[Agent], email: &str) -> Option<Ref<Agent>> {
        let emails = || index(agents, |agent| agent.email.iter().cloned().collect());
        self.emails.get_or_init(emails).get(email).copied()
    }

    /// The customer with a telephone number. Only the digits of the numbers count.
    pub fn customer_by_phone(&self, customers: &[Customer], number: &str) -> Option<Ref<Customer>> {
        let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
        let of = |customer: &Customer| customer.phones.iter().map(|phone| digits(phone).into()).collect();
        self.phones.get_or_init(|| index(customers, of)).get(digits(number).as_str()).copied()
    }

    /// The customer with a ticket.
    pub fn customer_by_ticket(&self, customers: &[Customer], ticket: &str) -> Option<Ref<Customer>> {
        let tickets = || index(customers, |customer| customer.tickets.clone());
        self.tickets.get_or_init(tickets).get(ticket).copied()
    }
}

/// The index of some records by their keys.
fn index<T>(records: &[T], keys: impl Fn(&T) -> Vec<Box<str>>) -> Index<T> {
    let mut index = HashMap::new();
    for (place, record) in records.iter().enumerate() {
        for key in keys(record) {
            index.entry(key).or_insert(Ref::to(place));
        }
    }
    index
}
