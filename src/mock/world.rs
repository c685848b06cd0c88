//! A handle of one world.

use std::sync::Arc;

use axum::http::Method;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::running::{Answer, Running};
use crate::urlencoded::strict;
use crate::world::{Slot, Worlds};

/// A world of a [`Mock`](super::Mock). Its clock, faults, journal, changes and credentials are its
/// own.
///
/// If a request is refused, the methods panic with callmock's message, which says what to write
/// instead.
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
    /// The world's id: `default`, or the id in its pinned base URL.
    #[must_use]
    pub fn id(&self) -> &str {
        self.slot.id()
    }

    /// The server's base URL, for the clients of every vendor. The credentials of a request select
    /// the world.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.running.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.running.address)
    }

    /// A base URL that selects this world whatever the credentials, for clients whose credentials
    /// cannot be changed.
    #[must_use]
    pub fn pinned_url(&self) -> String {
        format!("{}/w/{}", self.url(), self.id())
    }

    /// The world's first credential for every vendor, as `POST /_mock/worlds` shows them.
    #[must_use]
    pub fn credentials(&self) -> Value {
        self.running.app.credentials(&self.slot.world())
    }

    /// One member of a credential, such as `commubo.access_token` or `alibaba.access_key_id`.
    ///
    /// # Panics
    /// If there is no such member.
    #[must_use]
    #[track_caller]
    pub fn credential(&self, name: &str) -> String {
        let credentials = self.credentials();
        let found = name.split_once('.').and_then(|(vendor, part)| credentials[vendor][part].as_str());
        found.unwrap_or_else(|| panic!("there is no credential `{name}` in {credentials}")).to_owned()
    }

    /// The credentials as the environment variables that `callmock exec` exports, including
    /// `CALLMOCK_URL`.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let address = self.running.address.to_string();
        let mut variables = self.running.app.environment(&self.slot.world(), &address);
        variables.push(("CALLMOCK_URL".to_owned(), self.url()));
        variables
    }

    /// The world's current time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.slot.world().now()
    }

    /// Fixes the clock at a time in RFC 3339.
    #[track_caller]
    pub fn fix_clock(&self, now: &str) {
        self.set_clock(json!({ "mode": "fixed", "now": now }));
    }

    /// Sets the clock as `PUT …/clock` does: `{"mode": "running", "now": …, "rate": 60}`.
    #[track_caller]
    pub fn set_clock(&self, clock: Value) {
        self.ask(Method::PUT, "clock", Some(clock)).expected();
    }

    /// Moves the clock forward by a duration such as `5m`.
    #[track_caller]
    pub fn advance(&self, by: &str) {
        self.ask(Method::POST, "clock/advance", Some(json!({ "by": by }))).expected();
    }

    /// Adds a fault, as `POST …/faults` does, and returns its id.
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

    /// The exchanges of the world's clients, oldest first.
    #[must_use]
    pub fn journal(&self) -> Vec<Value> {
        let mut journal = self.ask(Method::GET, "journal", None).expected();
        serde_json::from_value(journal["exchanges"].take()).unwrap_or_default()
    }

    /// Compares the journal with an expectation, as `POST …/journal/verify` does, and returns the
    /// number of matching exchanges.
    ///
    /// # Panics
    /// If the expectation is not met: with the closest exchanges and their differences.
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "that it returns at all is the answer")]
    pub fn verify(&self, expected: Value) -> u64 {
        let Answer { status, body } = self.ask(Method::POST, "journal/verify", Some(expected));
        assert!(status != 422, "the client did not call as expected: {body:#}");
        Answer { status, body }.expected()["matched"].as_u64().unwrap_or_default()
    }

    /// Sets the state of an agent, by id or e-mail address: available, unavailable, `no_access`,
    /// unknown.
    #[track_caller]
    pub fn set_agent(&self, agent: &str, state: &str) {
        self.ask(Method::PATCH, &format!("agents/{}", strict(agent)), Some(json!({ "state": state })))
            .expected();
    }

    /// Sets the state of a queue, by id or menu id: open, `manual_redirection`, `after_hours`.
    #[track_caller]
    pub fn set_queue(&self, queue: &str, state: &str) {
        self.ask(Method::PATCH, &format!("queues/{}", strict(queue)), Some(json!({ "state": state })))
            .expected();
    }

    /// Adds a call, written as in a scenario, and returns it as `GET /_mock/calls` shows it.
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "a test knows the call that it adds")]
    pub fn add_call(&self, call: Value) -> Value {
        self.ask(Method::POST, "calls", Some(call)).expected()
    }

    /// Chooses options where a vendor's page is ambiguous, such as `{"commubo.end": "inclusive"}`.
    #[track_caller]
    pub fn set_readings(&self, readings: Value) {
        self.ask(Method::PATCH, "readings", Some(readings)).expected();
    }

    /// The exercised behaviors with their counts.
    #[must_use]
    pub fn coverage(&self) -> Value {
        self.ask(Method::GET, "coverage", None).expected()
    }

    /// The state of the whole world as JSON.
    #[must_use]
    pub fn snapshot(&self) -> Value {
        self.ask(Method::GET, "snapshot", None).expected()
    }

    /// Restores a snapshot.
    #[track_caller]
    pub fn restore(&self, snapshot: Value) {
        self.ask(Method::PUT, "snapshot", Some(snapshot)).expected();
    }

    /// Returns the world to its scenario.
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
