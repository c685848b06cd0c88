//! callmock answers as the public pages of four contact-centre vendors say, so that code which
//! talks to them can be developed, tested and contract-checked on one machine, offline. Nobody has
//! verified it against the live services.
//!
//! The modules, from the bottom up. Imports run down only, as `docs/architecture.md` shows:
//!
//! - [`contract`]: the types of what a vendor promises: operations, behaviors, readings, findings.
//! - [`dialects`]: each vendor's additions to the entries of a scenario.
//! - [`times`]: points and lengths of time, absolute and relative; zones.
//! - [`masking`]: masks of secrets, and finding secrets in whatever form they stand in a text.
//! - `platform`: what each operating system does in its own way. `version`: the version and commit.
//! - [`yaml`]: a YAML reader that keeps line and column, and reports every mistake.
//! - [`universe`]: neutral records of calls, people and queues; the time index; the generator.
//! - [`scenario`]: scenario files: format, loading, checking, JSON Schema.
//! - [`world`]: one client's view of a universe: clock, ids, faults, journal, changes; the list of
//!   worlds.
//! - [`import`]: a scenario made from answers that a team already has, with personal data replaced.
//! - [`vendor`]: the trait `Vendor`, and shared parts: endpoints, refusals, neutral calls,
//!   `OpenAPI`, cursors.
//! - [`exchange`]: the middleware between socket and vendor: selects the world, injects faults,
//!   keeps the journal.
//! - [`vendors`]: one folder per vendor: contract, authentication, one file per operation.
//! - [`admin`]: the API under `/_mock`.
//! - [`report`]: catalogue, coverage and findings as text, JSON, JUnit, HTML and SARIF; the oracle.
//! - [`server`]: listener, dispatch, TLS, hot reload, stop.
//! - [`mock`]: the server inside a Rust test.
//! - [`cli`]: one file per subcommand.

#![warn(clippy::unwrap_used)]

pub mod admin;
pub mod cli;
pub mod contract;
pub mod dialects;
pub mod exchange;
pub mod import;
pub mod keys;
pub mod masking;
pub mod mock;
pub mod nearest;
mod platform;
pub mod report;
pub mod scenario;
pub mod server;
pub mod times;
pub mod universe;
pub mod urlencoded;
pub mod vendor;
pub mod vendors;
mod version;
pub mod world;
pub mod yaml;

pub use mock::Mock;
