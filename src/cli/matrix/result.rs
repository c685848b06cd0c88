//! The result of a run: what the client did, and what it wrote.

use std::collections::{BTreeMap, BTreeSet};

/// The result of a run.
pub struct Run {
    /// The command, without secrets.
    pub command: String,
    /// The exit code.
    pub code: u8,
    /// Whether the run was ended because it took too long.
    pub hung: bool,
    /// What the client printed, and what is held against it.
    pub output: String,
    /// The vendors that were called.
    pub called: BTreeSet<&'static str>,
    /// The requests, in the order of their ends.
    pub requests: Vec<Request>,
    /// The findings about tries that do not wait, in words.
    pub hammering: Vec<&'static str>,
    /// The findings about what was made twice, in words.
    pub made_twice: Vec<&'static str>,
    /// The number of calls that were created.
    pub created: usize,
    /// The client's table, if one is named.
    pub table: Option<Result<Table, String>>,
}

/// A request that the client sent.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// The vendor.
    pub vendor: &'static str,
    /// The operation, if it names one.
    pub operation: Option<&'static str>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The length of the answer's body, in bytes.
    pub bytes: u64,
}

/// A record by its vendor and its id there.
pub type Id = (String, String);

/// A client's table, held against the calls.
pub struct Table {
    /// The number of rows of each record.
    pub rows: BTreeMap<Id, usize>,
    /// The records of the table that no vendor has.
    pub invented: BTreeSet<Id>,
    /// The values that are wrong: the record, and the field.
    pub wrong: BTreeSet<(Id, &'static str)>,
    /// The records that answers showed and that the table does not have.
    pub not_kept: BTreeSet<Id>,
}
