//! The check of a signature, and the explanation of one that was refused (fact sheet 5).

use axum::http::header;
use axum::http::request::Parts;
use serde_json::{Value, json};

use super::super::name::NAME;
use super::auth::{Claim, Signature};
use super::explain;
use super::parameters::{Pair, Parameters, texts};
use super::refusals::Error;
use super::sign::{self, Acs3, Rpc};
use crate::dialects::alibaba::Account;
use crate::vendor::{Context, Known};

/// The headers that an ACS3 signature must cover (5.1). SDKs differ in the others.
const MUST_BE_SIGNED: [&str; 5] =
    ["host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-version"];

/// The longest parameters of a request in which a mistake is looked for at once, in bytes.
const SHORT: usize = 2 << 10;

/// The bytes that are signed at once to find a mistake.
const AT_ONCE: usize = 256 << 10;

impl Claim {
    /// Checks the signature.
    pub(super) fn check_signature(
        &self,
        account: &Account,
        request: &Parts,
        parameters: &Parameters,
    ) -> Result<(), Error> {
        let Known { notes, body, .. } = &**Context::of(request);
        let method = request.method.as_str();
        match &self.signature {
            Signature::Rpc { given } => {
                let given = given.as_deref().ok_or(Error::MissingSignature)?;
                let signed = Rpc::of(method, texts(parameters.all()));
                if sign::same(&signed.signature(&account.access_key_secret), given) {
                    return Ok(());
                }
                self.explain("signature", request, account, parameters);
                Err(Error::SignatureMismatchRpc(signed.string_to_sign))
            }
            Signature::Acs3 { signed_headers, given } => {
                let (Some(signed_headers), Some(given)) = (signed_headers, given) else {
                    return Err(Error::IncompleteSignature);
                };
                let names: Vec<String> = signed_headers.split(';').map(str::to_lowercase).collect();
                if MUST_BE_SIGNED.iter().any(|must| !names.iter().any(|name| name == must)) {
                    let all =
                        json!({ "cause": "signed_headers", "given": names, "required": MUST_BE_SIGNED });
                    notes.explain(json!({ "signature": all }));
                    return Err(Error::IncompleteSignature);
                }
                let headers = canonical_headers(request, &names);
                let hash = sign::body_hash(body);
                let whole = canonical_header(request, "x-acs-content-sha256") == hash;
                let of_path =
                    |path: &String| Acs3::of(method, path, texts(parameters.query()), &headers, &hash);
                let paths = signed_paths(request);
                let right = |path| sign::same(&of_path(path).signature(&account.access_key_secret), given);
                if whole && paths.iter().any(right) {
                    return Ok(());
                }
                let cause = if whole { "signature" } else { "body_hash" };
                self.explain(cause, request, account, parameters);
                let Acs3 { canonical_request, string_to_sign } = of_path(&paths[0]);
                Err(Error::SignatureMismatchAcs3(string_to_sign, canonical_request))
            }
        }
    }

    /// Notes why the signature was refused. The mistake is looked for in a short request, and only
    /// for a moment. Whoever asks for the explanation has it looked for thoroughly.
    fn explain(&self, cause: &str, request: &Parts, account: &Account, parameters: &Parameters) {
        let given = match &self.signature {
            Signature::Rpc { given } | Signature::Acs3 { given, .. } => given,
        };
        let mut noted = json!({
            "cause": cause, "given": given, "time": self.timestamp, "nonce": self.nonce,
        });
        let size = parameters.all().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let found = (size <= SHORT).then(|| self.diagnosis(request, account, parameters, AT_ONCE)).flatten();
        noted["diagnosis"] = match found.filter(|found| found["certain"] == true) {
            Some(found) => {
                let of = |name: &str| found[name].clone();
                json!({ "cause": of("cause"), "certain": true, "what": of("what"), "fix": of("fix") })
            }
            None => json!({
                "cause": "unknown", "certain": false,
                "what": "the signature is not the one that the secret gives for this request",
                "fix": "hold what the client signs against `should_have_signed`",
            }),
        };
        Context::of(request).notes.explain(json!({ "signature": noted }));
    }

    /// The client's mistake, looked for within a budget of bytes that are signed.
    fn diagnosis(
        &self,
        request: &Parts,
        account: &Account,
        parameters: &Parameters,
        budget: usize,
    ) -> Option<Value> {
        let Known { world, body, .. } = &**Context::of(request);
        let (given, style, pairs, raw) = match &self.signature {
            Signature::Rpc { given } => {
                let pairs = owned(parameters.all().filter(|(name, _)| name != "Signature"));
                let raw =
                    [request.uri.query().unwrap_or_default(), std::str::from_utf8(body).unwrap_or_default()];
                let raw = raw.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
                (given.as_deref()?, explain::Style::Rpc, pairs, raw)
            }
            Signature::Acs3 { signed_headers, given } => {
                let names: Vec<String> = signed_headers.as_ref()?.split(';').map(str::to_lowercase).collect();
                let style = explain::Style::Acs3 {
                    path: signed_paths(request).swap_remove(0),
                    headers: canonical_headers(request, &names),
                    given_hash: canonical_header(request, "x-acs-content-sha256"),
                    hash: sign::body_hash(body),
                };
                let raw = request.uri.query().unwrap_or_default().to_owned();
                (given.as_deref()?, style, owned(parameters.query()), raw)
            }
        };
        let accounts = &world.accounts().alibaba;
        let evidence = explain::Evidence { request, pairs, raw, account, accounts, given, style };
        Some(explain::explain(&evidence, budget))
    }
}

/// Pairs of texts of their own.
fn owned<'a>(pairs: impl IntoIterator<Item = &'a Pair>) -> Vec<(String, String)> {
    texts(pairs).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The explanation of a refused signature: the client's mistake, and the strings that the gateway
/// computes. `None` if the request has no signature of an account of its world.
pub fn explained(request: &Parts) -> Option<Value> {
    let Known { world, body, .. } = &**Context::of(request);
    let parameters = Parameters::of(request);
    let claim = Claim::read_again(request, &parameters)?;
    let id = world.names().in_scenario(NAME, &claim.access_key_id);
    let account = world.accounts().alibaba.iter().find(|account| account.access_key_id == id)?;
    let mut all = json!({ "diagnosis": claim.diagnosis(request, account, &parameters, explain::BUDGET)? });
    match mismatch(request) {
        Error::SignatureMismatchAcs3(string_to_sign, canonical_request) => {
            let given = canonical_header(request, "x-acs-content-sha256");
            all["canonical_request"] = canonical_request.into();
            all["string_to_sign"] = string_to_sign.into();
            all["body_hash"] = json!({ "given": given, "computed": sign::body_hash(body) });
        }
        Error::SignatureMismatchRpc(string_to_sign) => all["string_to_sign"] = string_to_sign.into(),
        _ => {}
    }
    Some(all)
}

/// The refusal of a wrong signature, with the strings that the gateway computes. A fault uses it
/// for a request whose signature may be right.
pub fn mismatch(request: &Parts) -> Error {
    let parameters = Parameters::of(request);
    let method = request.method.as_str();
    if !parameters.is_acs3(&request.headers) {
        return Error::SignatureMismatchRpc(Rpc::of(method, texts(parameters.all())).string_to_sign);
    }
    let authorization = request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let signed = authorization.and_then(|value| value.split("SignedHeaders=").nth(1)?.split(',').next());
    let headers: Vec<(String, String)> = signed
        .unwrap_or_default()
        .split(';')
        .map(|name| (name.to_lowercase(), canonical_header(request, &name.to_lowercase())))
        .collect();
    let hash = sign::body_hash(&Context::of(request).body);
    let Acs3 { canonical_request, string_to_sign } =
        Acs3::of(method, &signed_paths(request)[0], texts(parameters.query()), &headers, &hash);
    Error::SignatureMismatchAcs3(string_to_sign, canonical_request)
}

/// The paths that a client may have signed. Under a base URL that pins the world, these are the
/// paths with and without the pin, because some clients always sign `/`.
fn signed_paths(request: &Parts) -> Vec<String> {
    let path = request.uri.path().to_owned();
    match &Context::of(request).pinned {
        None => vec![path],
        Some(pinned) => vec![format!("{pinned}{path}"), pinned.to_string(), path],
    }
}

fn canonical_headers(request: &Parts, names: &[String]) -> Vec<(String, String)> {
    names.iter().map(|name| (name.clone(), canonical_header(request, name))).collect()
}

/// The canonical value of a header: trimmed, with several values sorted and joined by commas.
/// HTTP/2 has the host in the URI.
fn canonical_header(request: &Parts, name: &str) -> String {
    let values = request.headers.get_all(name).iter();
    let mut values: Vec<_> =
        values.map(|v| String::from_utf8_lossy(v.as_bytes()).trim().to_owned()).collect();
    if values.is_empty() && name == "host" {
        values.extend(request.uri.authority().map(ToString::to_string));
    }
    values.sort();
    values.join(",")
}
