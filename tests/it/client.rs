//! One world, with its credentials: what a vendor's client and a test see of it.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::mock::{Answer, Mock, send};

/// One world, as its clients and its test see it.
pub struct World<'a> {
    pub mock: &'a Mock,
    /// What `POST /_mock/worlds` said, or the like of the default world.
    pub made: Value,
    /// Where its resources are: `/_mock` or `/_mock/worlds/{id}`.
    admin: String,
    /// What its vendors' paths begin with: nothing, or `/w/{id}`.
    pub prefix: String,
}

impl Mock {
    /// The default world.
    pub async fn default_world(&self) -> World<'_> {
        let index = self.get("/_mock").await.json();
        World { mock: self, made: index, admin: "/_mock".into(), prefix: String::new() }
    }

    /// A new world, made as the body says.
    pub async fn fork(&self, body: Value) -> World<'_> {
        let answer = send(self.request("POST", "/_mock/worlds").body(body.to_string())).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let made = answer.json();
        let admin = format!("/_mock/worlds/{}", made["id"].as_str().expect("an id"));
        World { mock: self, made, admin, prefix: String::new() }
    }
}

impl World<'_> {
    pub fn id(&self) -> &str {
        self.made["id"].as_str().unwrap_or("default")
    }

    /// The same world by its base URL, with other credentials.
    pub fn pinned(&self, credentials: &Value) -> World<'_> {
        let made = json!({ "id": self.id(), "credentials": credentials });
        World { mock: self.mock, made, admin: self.admin.clone(), prefix: format!("/w/{}", self.id()) }
    }

    pub fn credential(&self, vendor: &str, part: &str) -> &str {
        self.made["credentials"][vendor][part].as_str().expect("a credential")
    }

    /// A vendor's credential, member by member.
    pub fn credentials(&self, vendor: &str) -> &Value {
        let credentials = &self.made["credentials"][vendor];
        assert!(credentials.is_object(), "the scenario has no account of {vendor}: {}", self.made);
        credentials
    }

    /// A request to a vendor's path, without a credential.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.mock.request(method, &format!("{}{path}", self.prefix))
    }

    /// One of its own resources.
    pub async fn admin(&self, method: &str, resource: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        send(self.mock.request(method, &format!("{}/{resource}", self.admin)).body(body)).await
    }

    pub async fn fault(&self, fault: Value) -> String {
        let answer = self.admin("POST", "faults", &fault).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["id"].as_str().expect("an id").to_owned()
    }

    pub async fn journal(&self) -> Vec<Value> {
        let journal = self.admin("GET", "journal", &Value::Null).await.json();
        journal["exchanges"].as_array().expect("a list").clone()
    }
}

/// The message of an admin refusal.
pub fn message(answer: &Answer) -> String {
    answer.json()["error"]["message"].as_str().expect("a message").to_owned()
}
