//! The gateway: the checks of every operation, in this order (fact sheet 3.1, B1):
//!
//! - HTTP method, body size, encoding of the parameters, `Format`, `Action`, `Version`;
//! - [`Caller`]: presence of a key, time, nonce and signature method; then the key itself, token,
//!   signature, reuse of the nonce, permission;
//! - the operation's own parameters.
//!
//! The modules:
//!
//! - `parameters`: query and form, decoded once; `Format`.
//! - `checks`: [`Gateway`], the first checks.
//! - `auth`: the access key.
//! - `signature`, `sign`, `explain`: its signature, and the diagnosis of a wrong one.
//! - `envelope`, `refused`: the parts that all answers share, and refusals.
//! - `features`, `refusals`: rows of the catalogue.
//! - `describe`: an action in the `OpenAPI` document.

pub mod auth;
mod checks;
mod describe;
mod envelope;
mod explain;
pub mod features;
pub mod parameters;
pub mod refusals;
mod refused;
pub mod sign;
mod signature;

pub use auth::{Caller, PATIENCE};
pub use checks::{Gateway, VERSION, asked, instance_of, note_parameters, unmatched};
pub use describe::{Action, describe_action};
pub use envelope::{Envelope, XML};
pub use parameters::{Parameters, action};
pub use refused::{RETRY_AFTER, Refused};
pub use signature::{explained, mismatch};
