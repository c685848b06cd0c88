//! The two signatures. They are computed from decoded parameters, never from raw text, because
//! clients encode the same request differently on the wire (fact sheet 1.4 and 5).

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::urlencoded::add_strict;

/// The texts that an ACS3-HMAC-SHA256 signature covers (5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acs3 {
    /// Method, path, query, headers and body hash, line by line.
    pub canonical_request: String,
    /// The text that the key signs, with the hash of the canonical request.
    pub string_to_sign: String,
}

impl Acs3 {
    /// The algorithm's name in `Authorization`.
    pub const ALGORITHM: &'static str = "ACS3-HMAC-SHA256";

    /// The texts of a request. `headers` are the signed headers with their values, in signing
    /// order. `body_hash` is the result of [`body_hash`].
    pub fn of<'a>(
        method: &str,
        path: &str,
        query: impl Iterator<Item = (&'a str, &'a str)>,
        headers: &[(String, String)],
        body_hash: &str,
    ) -> Self {
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let query = canonical_query(query);
        let canonical_request =
            format!("{method}\n{path}\n{query}\n{lines}\n{}\n{body_hash}", names.join(";"));
        let string_to_sign = format!("{}\n{}", Self::ALGORITHM, hex(&Sha256::digest(&canonical_request)));
        Self { canonical_request, string_to_sign }
    }

    /// The signature in lower-case hexadecimal.
    pub fn signature(&self, secret: &str) -> String {
        hex(&mac::<Hmac<Sha256>>(secret.as_bytes(), &self.string_to_sign))
    }
}

/// The text that an HMAC-SHA1 signature covers (5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rpc {
    /// The text that the key signs.
    pub string_to_sign: String,
}

impl Rpc {
    /// The method's name in `SignatureMethod`.
    pub const METHOD: &'static str = "HMAC-SHA1";

    /// The text of a request. `parameters` are those of query and form body; `Signature` is left
    /// out.
    pub fn of<'a>(method: &str, parameters: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let query = canonical_query(parameters.filter(|(name, _)| *name != "Signature"));
        let mut string_to_sign = String::with_capacity(2 * query.len() + 16);
        string_to_sign.push_str(method);
        string_to_sign.push_str("&%2F&");
        add_strict(&mut string_to_sign, &query);
        Self { string_to_sign }
    }

    /// The signature in Base64. The HMAC key is the secret with an ampersand after it.
    pub fn signature(&self, secret: &str) -> String {
        BASE64.encode(mac::<Hmac<Sha1>>(format!("{secret}&").as_bytes(), &self.string_to_sign))
    }
}

/// The SHA-256 of a body in lower-case hexadecimal.
pub fn body_hash(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

/// Compares two signatures in constant time.
pub fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// The canonical query: pairs sorted by name, then value, and encoded. Blank values and repetitions
/// are kept.
fn canonical_query<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut sorted: Vec<_> = pairs.collect();
    sorted.sort_unstable();
    let mut query =
        String::with_capacity(sorted.iter().map(|(name, value)| name.len() + value.len() + 8).sum());
    for (name, value) in sorted {
        if !query.is_empty() {
            query.push('&');
        }
        add_strict(&mut query, name);
        query.push('=');
        add_strict(&mut query, value);
    }
    query
}

/// The HMAC of a text.
pub fn mac<M: Mac + KeyInit>(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::parameters::texts;
    use super::*;

    fn own(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_published_acs3_vector_is_reproduced() {
        let query = own(&[
            ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"),
            ("RegionId", "cn-shanghai"),
        ]);
        let headers = own(&[
            ("host", "ecs.cn-shanghai.aliyuncs.com"),
            ("x-acs-action", "RunInstances"),
            ("x-acs-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("x-acs-date", "2023-10-26T10:22:32Z"),
            ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
            ("x-acs-version", "2014-05-26"),
        ]);
        let signed = Acs3::of("POST", "/", texts(&query), &headers, &body_hash(b""));
        assert_eq!(
            signed.string_to_sign,
            "ACS3-HMAC-SHA256\n7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
        );
        assert_eq!(
            signed.signature("YourAccessKeySecret"),
            "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    #[test]
    fn the_published_rpc_vector_is_reproduced() {
        let parameters = own(&[
            ("Timestamp", "2016-02-23T12:46:24Z"),
            ("Format", "XML"),
            ("AccessKeyId", "testid"),
            ("Action", "DescribeRegions"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"),
            ("Version", "2014-05-26"),
            ("SignatureVersion", "1.0"),
            ("Signature", "left out"),
        ]);
        assert_eq!(
            Rpc::of("GET", texts(&parameters)).signature("testsecret"),
            "OLeaidS1JvxuMvnyHOwuJ+uX5qY="
        );
    }
}
