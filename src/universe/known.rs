//! The look-ups of agents and customers by what a request names. Each index is built when it is
//! first needed.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{Agent, Customer, Ref, Universe};

/// The indexes of the people of a universe. Of two with one key, the first one has it.
#[derive(Debug, Default)]
pub struct Known {
    emails: OnceLock<Index<Agent>>,
    phones: OnceLock<Index<Customer>>,
    tickets: OnceLock<Index<Customer>>,
}

type Index<T> = HashMap<Box<str>, Ref<T>>;

impl Universe {
    /// The agent with an e-mail address.
    #[must_use]
    pub fn agent_by_email(&self, email: &str) -> Option<Ref<Agent>> {
        let emails = || index(self.agents().filter_map(|(r, agent)| Some((agent.email.clone()?, r))));
        self.known.emails.get_or_init(emails).get(email).copied()
    }

    /// The customer with a telephone number. Only the digits of the numbers count.
    #[must_use]
    pub fn customer_by_phone(&self, number: &str) -> Option<Ref<Customer>> {
        let phones = || {
            let each = |(r, customer): (_, &Customer)| -> Vec<_> {
                customer.phones.iter().map(|phone| (digits(phone).into(), r)).collect()
            };
            index(self.customers().flat_map(each))
        };
        self.known.phones.get_or_init(phones).get(digits(number).as_str()).copied()
    }

    /// The customer with a ticket.
    #[must_use]
    pub fn customer_by_ticket(&self, ticket: &str) -> Option<Ref<Customer>> {
        let tickets = || {
            let each = |(r, customer): (_, &Customer)| -> Vec<_> {
                customer.tickets.iter().map(|ticket| (ticket.clone(), r)).collect()
            };
            index(self.customers().flat_map(each))
        };
        self.known.tickets.get_or_init(tickets).get(ticket).copied()
    }
}

fn index<T>(entries: impl Iterator<Item = (Box<str>, Ref<T>)>) -> Index<T> {
    let mut index = HashMap::new();
    for (key, entry) in entries {
        index.entry(key).or_insert(entry);
    }
    index
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
