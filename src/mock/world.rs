//! A handle of one world.

use std::sync::Arc;

use axum::http::Method;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::running::{Answer, Running};
use crate::urlencoded::strict;
use crate::world::{Slot, Worlds};

/// A world of a [`Mock`](super::Mock): its clock, faults, journal, changes and credentials are its
/// own.
///
/// Methods panic with callmock's own message, which says what to write instead, when they are asked
/// for what cannot be.
pub struct World {
    pub(super) running: Arc<Running>,
    pub(super) slot: Arc<Slot>,
}

impl Drop for World {
    fn drop(&mut self) {
        self.running.app.worlds.remove(self.slot.id());
    }
}

impl World {
    /// Its id: `default`, or the one that stands in its base URL.
    #[must_use]
    pub fn id(&self) -> &str {
        self.slot.id()
    }

    /// The server's base URL, which every vendor's client takes: a world's credentials say which
    /// world is meant.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.running.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.running.address)
    }

    /// A base URL that is this world's whatever credential comes, for clients whose credentials
    /// cannot be changed.
    #[must_use]
    pub fn pinned_url(&self) -> String {
        format!("{}/w/{}", self.url(), self.id())
    }

    /// Its first credential of every vendor, as `POST /_mock/worlds` shows them.
    #[must_use]
    pub fn credentials(&self) -> Value {
        self.running.app.credentials(&self.slot.world())
    }

    /// One part of a credential, such as `commubo.access_token` or `alibaba.access_key_id`.
    ///
    /// # Panics
    /// When there is none of that name.
    #[must_use]
    #[track_caller]
    pub fn credential(&self, name: &str) -> String {
        let credentials = self.credentials();
        let found = name.split_once('.').and_then(|(vendor, part)| credentials[vendor][part].as_str());
        found.unwrap_or_else(|| panic!("there is no credential `{name}` in {credentials}")).to_owned()
    }

    /// The same as the environment variables that `callmock exec` exports, `CALLMOCK_URL` among
    /// them.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let address = self.running.address.to_string();
        let mut variables = self.running.app.environment(&self.slot.world(), &address);
        variables.push(("CALLMOCK_URL".to_owned(), self.url()));
        variables
    }

    /// The world's time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.slot.world().now()
    }

    /// Lets its clock stand at a time in RFC 3339.
    #[track_caller]
    pub fn fix_clock(&self, now: &str) {
        self.set_clock(json!({ "mode": "fixed", "now": now }));
    }

    /// Sets its clock as `PUT …/clock` does: `{"mode": "running", "now": …, "rate": 60}`.
    #[track_caller]
    pub fn set_clock(&self, clock: Value) {
        self.ask(Method::PUT, "clock", Some(clock)).expected();
    }

    /// Moves its clock forward by a duration such as `5m`.
    #[track_caller]
    pub fn advance(&self, by: &str) {
        self.ask(Method::POST, "clock/advance", Some(json!({ "by": by }))).expected();
    }

    /// Adds a fault, as `POST …/faults` does, and tells its id.
    ///
    /// ```
    /// # let mock = callmock::Mock::start();
    /// let id = mock.fault(serde_json::json!({
    ///     "vendor": "alibaba", "when": { "nth": 3 }, "do": { "error": "Throttling.User" },
    /// }));
    /// mock.remove_fault(&id);
    /// ```
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "a test that keeps its faults needs no ids")]
    pub fn fault(&self, fault: Value) -> String {
        let added = self.ask(Method::POST, "faults", Some(fault)).expected();
        added["id"].as_str().unwrap_or_default().to_owned()
    }

    /// Removes a fault.
    #[track_caller]
    pub fn remove_fault(&self, id: &str) {
        self.ask(Method::DELETE, &format!("faults/{}", strict(id)), None).expected();
    }

    /// Removes all faults.
    #[track_caller]
    pub fn clear_faults(&self) {
        self.ask(Method::DELETE, "faults", None).expected();
    }

    /// What its clients sent and got, oldest first.
    #[must_use]
    pub fn journal(&self) -> Vec<Value> {
        let mut journal = self.ask(Method::GET, "journal", None).expected();
        serde_json::from_value(journal["exchanges"].take()).unwrap_or_default()
    }

    /// Holds the journal against what should have happened, as `POST …/journal/verify` does, and
    /// tells how many exchanges matched.
    ///
    /// # Panics
    /// When the count is not as it should be: with the closest exchanges, and where they differ.
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "that it returns at all is the answer")]
    pub fn verify(&self, expected: Value) -> u64 {
        let Answer { status, body } = self.ask(Method::POST, "journal/verify", Some(expected));
        assert!(status != 422, "the client did not call as expected: {body:#}");
        Answer { status, body }.expected()["matched"].as_u64().unwrap_or_default()
    }

    /// Switches an agent, by id or e-mail address: available, unavailable, `no_access`, unknown.
    #[track_caller]
    pub fn set_agent(&self, agent: &str, state: &str) {
        self.ask(Method::PATCH, &format!("agents/{}", strict(agent)), Some(json!({ "state": state })))
            .expected();
    }

    /// Switches a queue, by id or menu id: open, `manual_redirection`, `after_hours`.
    #[track_caller]
    pub fn set_queue(&self, queue: &str, state: &str) {
        self.ask(Method::PATCH, &format!("queues/{}", strict(queue)), Some(json!({ "state": state })))
            .expected();
    }

    /// Adds a call, written as a scenario writes it, and shows it.
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "a test knows the call that it adds")]
    pub fn add_call(&self, call: Value) -> Value {
        self.ask(Method::POST, "calls", Some(call)).expected()
    }

    /// Chooses options where a vendor's page is ambiguous: `{"commubo.end": "inclusive"}`.
    #[track_caller]
    pub fn set_readings(&self, readings: Value) {
        self.ask(Method::PATCH, "readings", Some(readings)).expected();
    }

    /// Which behaviors were exercised, and how often.
    #[must_use]
    pub fn coverage(&self) -> Value {
        self.ask(Method::GET, "coverage", None).expected()
    }

    /// The whole world as data.
    #[must_use]
    pub fn snapshot(&self) -> Value {
        self.ask(Method::GET, "snapshot", None).expected()
    }

    /// Puts it back to what a snapshot says.
    #[track_caller]
    pub fn restore(&self, snapshot: Value) {
        self.ask(Method::PUT, "snapshot", Some(snapshot)).expected();
    }

    /// Returns it to its scenario.
    pub fn reset(&self) {
        self.slot.reset();
    }

    fn ask(&self, method: Method, resource: &str, body: Option<Value>) -> Answer {
        let path = if self.id() == Worlds::DEFAULT {
            format!("/_mock/{resource}")
        } else {
            format!("/_mock/worlds/{}/{resource}", self.id())
        };
        self.running.ask(method, &path, body)
    }
}
