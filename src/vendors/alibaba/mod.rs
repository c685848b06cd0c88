//! Alibaba Cloud Call Center (CCC) 2020-07-01: call detail records and recordings, by signed RPC
//! requests to `/`.
//!
//! Sources: the operations' pages, and the fact sheets drawn from them, from the official SDKs and
//! from other public material (`B1`, `3.1`, …).
//!
//! Not emulated: the other operations. They get the refusal of an unknown one,
//! `InvalidAction.NotFound`. `contract.rs` lists those that clients are known to call.

mod call_centre;
mod command;
mod contract;
mod findings;
mod gateway;
mod hints;
mod import;
mod made_up;
mod name;
mod operations;
mod readings;
mod records;
mod setup;
mod ways;

use std::borrow::Cow;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::contract::{Behavior, Catalogue};
use crate::import::Importer;
use crate::universe::{Ordinal, Universe};
use crate::vendor::openapi::Document;
use crate::vendor::paging::asked_page;
use crate::vendor::recording::Links;
use crate::vendor::setup::Setup;
use crate::vendor::{
    AnyRefusal, Endpoint, Handler, Paths, SecretPlaces, Sketch, Unhandled, Vendor, Who, handler,
};
use crate::world::{AskedPage, View, World};
use gateway::refusals::Error;
use name::NAME;

/// The vendor Alibaba Cloud CCC.
pub struct Alibaba;

impl Vendor for Alibaba {
    fn catalogue(&self) -> &'static Catalogue {
        &contract::CATALOGUE
    }

    fn endpoints(&self) -> &'static [&'static Endpoint] {
        operations::ENDPOINTS
    }

    fn action<'a>(&self, request: &'a Parts) -> Option<Cow<'a, str>> {
        gateway::action(request).ok().flatten().map(Cow::Owned)
    }

    fn unmatched(&self) -> Handler {
        handler!(unmatched)
    }

    fn paths(&self) -> &'static [Paths] {
        &[Paths::Exactly("/"), Paths::Recordings(NAME)]
    }

    fn secure(&self, document: &mut Document) {
        let key = json!({
            "type": "apiKey", "in": "query", "name": "AccessKeyId",
            "description": "With a signature, which an SDK adds: HMAC-SHA1 in the parameters SignatureMethod, SignatureVersion, SignatureNonce, \
                            Timestamp and Signature, or ACS3-HMAC-SHA256 in Authorization and x-acs-* headers. A POST may carry \
                            its parameters in a form body instead.",
        });
        document.security(json!({ "accessKey": key }), json!([{ "accessKey": [] }]));
    }

    fn refused(&self, request: &Parts, refusal: AnyRefusal) -> Response {
        if operations::is_of_storage(&refusal) {
            return operations::refused_by_storage(request, &refusal);
        }
        gateway::Refused::of(request, refusal).into_response()
    }

    fn hint(&self, refusal: &Behavior, request: &Parts) -> Option<String> {
        hints::hint(refusal, request)
    }

    fn unhandled(&self, why: Unhandled) -> AnyRefusal {
        Error::from(why).into()
    }

    fn shared_refusals(&self, request: &Parts) -> Vec<AnyRefusal> {
        let as_computed = |refusal: AnyRefusal| match refusal.get() {
            // The text must have the string that the gateway computed, because clients parse it.
            Some(Error::SignatureMismatchAcs3(..) | Error::SignatureMismatchRpc(_)) => {
                gateway::mismatch(request).into()
            }
            _ => refusal,
        };
        gateway::refusals::samples(request).into_iter().map(as_computed).collect()
    }

    fn secrets(&self) -> SecretPlaces {
        SecretPlaces {
            headers: &[gateway::auth::SECURITY_TOKEN],
            parameters: &["securitytoken", "accesskeysecret"],
            query: &["accesskeyid", "securitytoken", "ossaccesskeyid"],
        }
    }

    fn decode(&self, request: &mut Parts, body: &Bytes) {
        gateway::Parameters::decode(request, body);
    }

    fn public_half(&self, request: &Parts, body: &Bytes) -> Option<String> {
        gateway::auth::named(request, body)
    }

    /// A hash of the parameters without key, time and signature, equal for retries.
    fn asked(&self, request: &Parts, _: &Bytes) -> u64 {
        gateway::asked(request, &[])
    }

    fn page(&self, request: &Parts, _: &Bytes) -> Option<AskedPage> {
        asked_page(gateway::Parameters::of(request).get("PageNumber").ok()??)
    }

    fn own_retry_after(&self, response: &Response) -> Option<Duration> {
        let millis = response.headers().get(gateway::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
        Some(Duration::from_millis(millis))
    }

    fn bound_to_the_machine(&self) -> &'static [(&'static str, &'static str, TimeDelta)] {
        &[("alibaba.skew", "world", gateway::PATIENCE)]
    }

    fn offset(&self) -> FixedOffset {
        operations::CHINA
    }

    fn is_client(&self, headers: &HeaderMap) -> bool {
        headers.keys().any(|name| name.as_str().starts_with("x-acs-"))
    }

    fn diagnose(&self, request: &Parts, noted: &Value) -> Option<Value> {
        let is_of_signature = ["signature", "body_hash"].iter().any(|cause| noted["cause"] == *cause);
        is_of_signature.then(|| gateway::explained(request)).flatten()
    }

    fn call_id(&self, view: &View, ordinal: Ordinal) -> Option<String> {
        records::Record::wire_id(view, ordinal)
    }

    fn shown(&self, world: &World, ordinal: Ordinal, _: &Links) -> Option<Vec<u8>> {
        let view = world.view();
        world.accounts().alibaba.iter().find_map(|account| {
            account.instances.iter().find_map(|instance| {
                let record = records::Record::of(&view, ordinal, &account.access_key_id, &instance.id)?;
                Some(operations::item(world, &record))
            })
        })
    }

    fn known_as(&self, world: &World, who: Who) -> Map<String, Value> {
        let instance = world.accounts().alibaba.iter().flat_map(|account| &account.instances).next();
        instance.map(|instance| records::known_as(&world.view(), who, &instance.id)).unwrap_or_default()
    }

    fn hosts(&self) -> &'static [&'static str] {
        &[
            "ccc.aliyuncs.com",
            "ccc.cn-shanghai.aliyuncs.com",
            "ccc.cn-hangzhou.aliyuncs.com",
            "ccc.cn-beijing.aliyuncs.com",
            "ccc.cn-shenzhen.aliyuncs.com",
            "ccc.ap-southeast-1.aliyuncs.com",
        ]
    }

    fn credentials(&self, world: &World) -> Option<Map<String, Value>> {
        let account = world.accounts().alibaba.first()?;
        let access_key_id = world.names().own(NAME, &account.access_key_id);
        let instance = account.instances.first().map(|instance| instance.id.as_str());
        Some(Map::from_iter([
            ("access_key_id".to_owned(), access_key_id.into()),
            ("access_key_secret".to_owned(), account.access_key_secret.as_str().into()),
            ("instance_id".to_owned(), instance.into()),
        ]))
    }

    /// The official SDKs take a host and a port, but no path.
    fn whereabouts(&self, address: &str) -> Vec<(&'static str, String)> {
        vec![("endpoint", address.to_owned())]
    }

    fn curl(&self, world: &World, base_url: &str, request: &Sketch) -> Option<String> {
        command::signed(world, base_url, request)
    }

    fn setup(&self, world: &World, base_url: &str) -> Vec<Setup> {
        self.credentials(world).map(|credentials| setup::lines(&credentials, base_url)).unwrap_or_default()
    }

    fn importer(&self) -> Option<&'static dyn Importer> {
        Some(&import::Rows)
    }

    fn examples(&self, world: &World, base_url: &str) -> Vec<String> {
        let (first, last) = ends(world.universe()).unwrap_or((world.now(), world.now()));
        command::list(world, base_url, first, last).into_iter().collect()
    }
}

/// The start times of the first and the last call in the universe.
fn ends(universe: &Universe) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let times = || universe.calls().iter().filter(|call| call.on_vendor(NAME)).map(|call| call.at);
    Some((times().min()?, times().max()?))
}

/// Answers a request that no endpoint matches: a wrong method, an action that is not emulated, or
/// an unknown action.
async fn unmatched(request: Parts) -> gateway::Refused {
    gateway::unmatched(&request, &contract::CATALOGUE)
}
