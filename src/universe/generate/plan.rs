//! What calls are to be generated.

use std::sync::Arc;

use super::country::Country;
use super::days::Period;
use super::phases::Mix;
use super::talk::Talk;
use crate::universe::Holder;

/// One block of generated calls.
#[derive(Debug, Clone)]
pub struct Block {
    /// The number of calls.
    pub calls: u32,
    /// The days and hours in which they begin.
    pub period: Period,
    /// The holders of the calls.
    pub on: Option<Arc<[Holder]>>,
    /// The directions and outcomes.
    pub mix: Mix,
    /// The lengths of conversations. None is a mix of short and long ones.
    pub talk: Option<Talk>,
    /// The queues, by index. If there are none, all of the scenario's.
    pub queues: Vec<usize>,
    /// The agents, by index. If there are none, all of the scenario's.
    pub agents: Vec<usize>,
    /// The contact centre's own number. None is the number of the call's queue.
    pub number: Option<Arc<str>>,
    /// The customers who are made up for this block. None is the scenario's customers.
    pub customers: Option<Made>,
}

/// Customers who are made up.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    /// Their country. None is many countries.
    pub country: Option<Country>,
    /// Their number.
    pub count: u32,
    /// The share of calls by people who have had a call before, in thousandths. If `None`, each
    /// call is by a random customer.
    pub repeat: Option<u32>,
}
