//! A client of all four vendors, with one world's credentials.

use serde_json::{Value, json};

use crate::alibaba;
use crate::ccai::basic;
use crate::mock::{Answer, Mock, send};
use crate::sencloud;

/// One world, as its clients and its test see it.
pub struct World<'a> {
    mock: &'a Mock,
    /// What `POST /_mock/worlds` said, or the like of the default world.
    pub made: Value,
    /// Where its resources are: `/_mock` or `/_mock/worlds/{id}`.
    admin: String,
    /// What its vendors' paths begin with: nothing, or `/w/{id}`.
    prefix: String,
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

    pub async fn commubo(&self, query: &str) -> Answer {
        let request = self.mock.request("GET", &format!("{}/v1/calls{query}", self.prefix));
        let request = request.header("x-commubo-tenantId", self.credential("commubo", "tenant_id"));
        send(request.header("x-commubo-accessToken", self.credential("commubo", "access_token"))).await
    }

    pub async fn ccai(&self, method: &str, path: &str, body: &Value) -> Answer {
        let authorization = basic(self.credential("ccai", "subdomain"), self.credential("ccai", "token"));
        let request = self.mock.request(method, &format!("{}/apps/api/v1/{path}", self.prefix));
        send(request.header("authorization", authorization).body(body.to_string())).await
    }

    pub async fn alibaba(&self, parameters: &[(&str, &str)]) -> Answer {
        let call = parameters.iter().fold(alibaba::page(), |call, (name, value)| call.with(name, value));
        let key = self.credential("alibaba", "access_key_id");
        call.key(key).secret(self.credential("alibaba", "access_key_secret")).send(self.mock).await
    }

    pub async fn sencloud(&self, body: &Value) -> Answer {
        let path = format!("{}{}", self.prefix, sencloud::PATH);
        let request = self.mock.request("POST", &path).header("content-type", "application/json");
        let key = format!("Bearer {}", self.credential("sencloud", "api_key"));
        send(request.header("authorization", key).body(body.to_string())).await
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
