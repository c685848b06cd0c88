//! The gateway: what every operation passes, in the order of its checks (fact sheet 3.1, B1).
//!
//! HTTP method, size of the body, encoding of the parameters, `Format`, `Action`, `Version`; then
//! [`Caller`]: key, time of signing, nonce, signature method, key again, token, signature, nonce used
//! before, right; then the operation's own parameters.
//!
//! - `parameters`: query and form, decoded once; `Format`.
//! - `checks`: [`Gateway`], the first checks.
//! - `auth`, `sign`, `explain`: the access key, its signature, and what is wrong with one.
//! - `envelope`, `refused`: what surrounds every answer, and refusals in it.
//! - `features`, `refusals`: the catalogue's rows.

pub mod auth;
mod checks;
mod envelope;
mod explain;
pub mod features;
mod parameters;
pub mod refusals;
mod refused;
pub mod sign;

pub use auth::{Caller, mismatch};
pub use checks::{Gateway, VERSION, asked, instance_of, note_parameters, unmatched};
pub use envelope::{Envelope, XML, described};
pub use parameters::{Parameters, action};
pub use refused::{RETRY_AFTER, Refused, described_refusal};
