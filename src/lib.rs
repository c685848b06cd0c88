//! callmock answers as the public pages of four contact-centre vendors say, so that code which
//! talks to them can be developed, tested and contract-checked on one machine, offline. Nobody has
//! verified it against the live services.
//!
//! The map, from the ground up; imports run down only:
//!
//! | module | duty |
//! | --- | --- |
//! | [`contract`] | what a vendor promises, as types: operations, behaviors, readings, findings |
//! | [`dialects`] | what one vendor adds to a scenario's entries |
//! | [`yaml`] | a text as a tree with places, and as values; every mistake in plain words |
//! | [`universe`] | neutral records of calls, people and queues; the time index; the generator |
//! | [`scenario`] | the files a world starts with: format, loading, checking, JSON Schema |
//! | [`world`] | one client's view: clock, ids, faults, journal, changes; every world of a server |
//! | [`exchange`] | the one middleware between socket and vendor: which world, which faults, what is noted |
//! | [`vendor`] | what a vendor is: the trait, endpoints, refusals, neutral calls, `OpenAPI`, cursors |
//! | [`vendors`] | a folder a vendor: contract, auth, a file an operation |
//! | [`admin`] | the API under `/_mock` |
//! | [`report`] | catalogue, coverage and findings as text, JSON, JUnit, HTML, SARIF; OpenAPI; what was called |
//! | [`server`] | listener, mounting, TLS, hot reload, stop |
//! | [`mock`] | the server inside a Rust test |
//! | [`cli`] | a file a subcommand |

#![warn(clippy::unwrap_used)]

pub mod admin;
pub mod cli;
pub mod contract;
pub mod dialects;
pub mod exchange;
pub mod keys;
pub mod mock;
pub mod nearest;
pub mod report;
pub mod scenario;
pub mod server;
pub mod universe;
pub mod urlencoded;
pub mod vendor;
pub mod vendors;
pub mod world;
pub mod yaml;

pub use mock::Mock;
