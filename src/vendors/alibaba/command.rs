//! Commands to paste: signed requests, each good for one use and for some minutes.

use chrono::{DateTime, SecondsFormat, Utc};

use super::gateway::parameters::texts;
use super::gateway::sign::{self, Acs3, Rpc};
use super::gateway::{self, auth};
use super::name::NAME;
use super::readings;
use crate::dialects::alibaba::Account;
use crate::urlencoded::strict;
use crate::vendor::{Sketch, quoted};
use crate::world::{Clock, Ids, World};

type Pairs = Vec<(String, String)>;

/// The command that lists the records of a range with the first account.
pub fn list(world: &World, base_url: &str, first: DateTime<Utc>, last: DateTime<Utc>) -> Option<String> {
    let account = world.accounts().alibaba.first()?;
    let own = [
        ("InstanceId", account.instances.first()?.id.clone()),
        ("PageNumber", "1".to_owned()),
        ("PageSize", "10".to_owned()),
        ("StartTime", first.timestamp_millis().to_string()),
        ("EndTime", last.timestamp_millis().to_string()),
    ];
    let mut parameters = vec![("Action".to_owned(), "ListCallDetailRecords".to_owned())];
    parameters.extend(common(world, account, world.ids().uuid_for_show().to_string()));
    parameters.extend(own.map(|(name, value)| (name.to_owned(), value)));
    parameters.extend(token(account));
    sign("GET", &mut parameters, account);
    Some(format!("curl '{base_url}/?{}'", encoded(&parameters)))
}

/// The command that sends a request: signed in the parameters, or in the headers if the request has
/// the header `Authorization: ACS3-HMAC-SHA256`. Its parameter `AccessKeyId` names the account.
/// Without an action, such as at the address of a file, nothing is signed.
pub fn signed(world: &World, base_url: &str, request: &Sketch) -> Option<String> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut own: Pairs = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if !own.iter().any(|(name, _)| name == "Action") {
        return Some(request.curl(base_url, &[]));
    }
    let key = own.iter().position(|(name, _)| name == "AccessKeyId").map(|n| own.remove(n).1);
    let mut accounts = world.accounts().alibaba.iter();
    let account = accounts.find(|account| key.as_ref().is_none_or(|key| account.access_key_id == *key))?;
    own.insert(1, ("InstanceId".to_owned(), account.instances.first()?.id.clone()));
    let has = |name: &str| request.header(name).is_some();
    if has("Authorization") {
        return Some(in_headers(world, base_url, path, &own, account));
    }
    let format = own.iter().any(|(name, _)| name == "Format");
    let mut parameters: Pairs = common(world, account, nonce())
        .into_iter()
        .filter(|(name, _)| !(format && name == "Format"))
        .collect();
    parameters.extend(own);
    parameters.extend(token(account));
    sign(&request.method, &mut parameters, account);
    let encoded = encoded(&parameters);
    Some(if has("Content-Type") {
        format!("curl -s {} --data {}", quoted(&format!("{base_url}{path}")), quoted(&encoded))
    } else {
        format!("curl -s {}", quoted(&format!("{base_url}{path}?{encoded}")))
    })
}

/// A GET with an ACS3-HMAC-SHA256 signature.
fn in_headers(world: &World, base_url: &str, path: &str, query: &Pairs, account: &Account) -> String {
    let host = base_url.split_once("://").map_or(base_url, |(_, host)| host);
    let action = query.iter().find(|(name, _)| name == "Action").map_or("", |(_, value)| value.as_str());
    let query: Pairs = query.iter().filter(|(name, _)| name != "Action").cloned().collect();
    let hash = sign::body_hash(b"");
    let mut headers: Pairs = [
        ("host", host.to_owned()),
        ("x-acs-action", action.to_owned()),
        ("x-acs-content-sha256", hash.clone()),
        ("x-acs-date", moment(world)),
        ("x-acs-signature-nonce", nonce()),
        ("x-acs-version", gateway::VERSION.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    if let Some(token) = &account.security_token {
        headers.push((auth::SECURITY_TOKEN.to_owned(), token.clone()));
        headers.sort();
    }
    let signature =
        Acs3::of("GET", path, texts(&query), &headers, &hash).signature(&account.access_key_secret);
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let authorization = format!(
        "{} Credential={},SignedHeaders={},Signature={signature}",
        Acs3::ALGORITHM,
        world.names().own(NAME, &account.access_key_id),
        names.join(";")
    );
    let mut words = vec![format!("curl -s {}", quoted(&format!("{base_url}{path}?{}", encoded(&query))))];
    headers.retain(|(name, _)| name != "host");
    headers.push(("Authorization".to_owned(), authorization));
    words.extend(headers.iter().map(|(name, value)| format!("-H {}", quoted(&format!("{name}: {value}")))));
    words.join(" ")
}

/// The parameters that every request signed in its parameters has.
fn common(world: &World, account: &Account, nonce: String) -> Pairs {
    [
        ("Version", gateway::VERSION.to_owned()),
        ("Format", "JSON".to_owned()),
        ("AccessKeyId", world.names().own(NAME, &account.access_key_id).to_owned()),
        ("SignatureMethod", Rpc::METHOD.to_owned()),
        ("SignatureVersion", "1.0".to_owned()),
        ("SignatureNonce", nonce),
        ("Timestamp", moment(world)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// A nonce that no other process generates. One process may print a command that is sent to
/// another.
fn nonce() -> String {
    format!("{:032x}", Ids::unguessable())
}

fn token(account: &Account) -> Option<(String, String)> {
    account.security_token.clone().map(|token| ("SecurityToken".to_owned(), token))
}

fn sign(method: &str, parameters: &mut Pairs, account: &Account) {
    let signature = Rpc::of(method, texts(parameters.iter())).signature(&account.access_key_secret);
    parameters.push(("Signature".to_owned(), signature));
}

fn encoded(pairs: &Pairs) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", strict(value))).collect();
    pairs.join("&")
}

/// The time at which the gateway accepts a new signature.
fn moment(world: &World) -> String {
    let now = match world.reading() {
        readings::Skew::World => world.now(),
        readings::Skew::Real | readings::Skew::Off => Clock::machine(),
    };
    now.to_rfc3339_opts(SecondsFormat::Secs, true)
}
