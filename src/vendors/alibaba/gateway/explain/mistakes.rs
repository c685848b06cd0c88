//! Known mistakes in signing, each as a change to the recipe.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use super::super::sign::hex;
use super::encoding::{Encoding, LIBRARIES};
use super::recipe::{Evidence, Hashing, Order, Recipe, Style, Text};

/// A mistake: its id, a description, the remedy, and its change to the recipe.
pub struct Mistake {
    pub id: String,
    pub what: String,
    pub fix: String,
    /// Whether the mistake is tried only by itself, because there are many of its kind.
    pub alone: bool,
    pub change: Box<dyn Fn(&mut Recipe)>,
}

/// The regions whose endpoints are tried as hosts: neighbours of `cn-shanghai` in the page's
/// example.
pub const REGIONS: [&str; 6] =
    ["cn-shanghai", "cn-hangzhou", "cn-beijing", "cn-shenzhen", "ap-southeast-1", "cn-hongkong"];

/// The largest size of parameters for which mistakes are tried, in bytes. Each try signs all of
/// them.
pub const LONGEST: usize = 16 << 10;
/// The most parameters that are tried as left out.
pub const MOST_LEFT_OUT: usize = 40;
/// The id of the mistakes that leave one parameter out.
pub const LEFT_OUT: &str = "parameter_left_out";
/// The id of the mistakes that sign another host.
pub const HOST: &str = "host_changed";
/// The remedy for a wrong encoding.
pub const PERCENT: &str = "encode everything but A-Z a-z 0-9 - _ . ~ as %XX, with capital letters";
/// The id of the mistakes that encode in an unnamed way.
pub const ENCODING: &str = "encoding";
/// The most bytes that the search signs for one request.
pub const BUDGET: usize = 4 << 20;

/// Adds a mistake: its id, a description, the remedy, and its change to the recipe.
type Add<'a> = dyn FnMut(&str, &str, &str, Box<dyn Fn(&mut Recipe)>) + 'a;

impl Evidence<'_> {
    /// All mistakes to try, the likeliest first.
    pub fn mistakes(&self, right: &Recipe) -> Vec<Mistake> {
        let mut all: Vec<Mistake> = vec![];
        let mut add = |id: &str, what: &str, fix: &str, change: Box<dyn Fn(&mut Recipe)>| {
            let alone = [LEFT_OUT, ENCODING, HOST].contains(&id);
            all.push(Mistake { id: id.into(), what: what.into(), fix: fix.into(), alone, change });
        };
        let sort = "sort parameters by name, byte by byte: capital letters come first";
        add(
            "unsorted",
            "parameters were signed in the order they were sent",
            sort,
            Box::new(|r| r.order = Order::AsSent),
        );
        for (encoding, id, what) in &LIBRARIES {
            let encoding = *encoding;
            let change = move |recipe: &mut Recipe| {
                recipe.encoding = encoding;
                recipe.outer_encoding = encoding;
            };
            add(id, what, PERCENT, Box::new(change));
        }
        add(
            "raw_query",
            "the query was signed as it was sent, not decoded, sorted and encoded again",
            PERCENT,
            Box::new(|recipe| recipe.wire = true),
        );
        add(
            "empty_signature",
            "an empty Signature was signed with the other parameters",
            "sign every parameter but Signature",
            Box::new(|recipe| recipe.empty_signature = true),
        );
        let once = "encode names and values exactly once before they are joined";
        add(
            "encoded_too_seldom",
            "names and values were signed without being encoded",
            once,
            Box::new(|r| r.times = 0),
        );
        add(
            "encoded_too_often",
            "names and values were encoded twice before signing",
            once,
            Box::new(|r| r.times = 2),
        );
        add(
            "sorted_caseless",
            "parameters were sorted with capital and small letters alike",
            sort,
            Box::new(|r| r.order = Order::Caseless),
        );
        add(
            "blanks_dropped",
            "parameters without a value were left out",
            "sign them as `Name=`",
            Box::new(|r| r.blanks = false),
        );
        for method in ["GET", "POST", "get", "post"] {
            if method != right.method {
                let what = format!("the method was signed as {method}");
                let fix = format!("sign the method that is sent: {}", right.method);
                add("method", &what, &fix, Box::new(move |r| method.clone_into(&mut r.method)));
            }
        }
        for (name, _) in self.pairs.iter().take(MOST_LEFT_OUT) {
            let (left_out, what) = (name.clone(), format!("{name} was not signed"));
            let fix = "sign every parameter but Signature";
            add(LEFT_OUT, &what, fix, Box::new(move |r| r.left_out = Some(left_out.clone())));
        }
        match &self.style {
            Style::Rpc => self.add_of_rpc(&mut add),
            Style::Acs3 { path, given_hash, headers, .. } => {
                self.add_of_acs3(path, given_hash, headers, right, &mut add);
            }
        }
        self.add_secrets(&mut add);
        self.add_encodings(&mut add);
        all
    }

    fn add_secrets(&self, add: &mut Add<'_>) {
        let end = if matches!(self.style, Style::Rpc) { "&" } else { "" };
        let clean = "use the secret without it; `printf %s SECRET`, not `echo`, leaves no line end";
        let own = &self.account.access_key_secret;
        for (dirty, what) in [
            (format!("{own}\n"), "a line end behind it"),
            (format!("{own}\r\n"), "a Windows line end behind it"),
            (format!("{own}\r"), "a carriage return behind it"),
            (format!("{own} "), "a blank behind it"),
            (format!(" {own}"), "a blank before it"),
            (format!(" {own} "), "a blank before and behind it"),
            (format!("{own}\t"), "a tab behind it"),
            (format!("\"{own}\""), "quotation marks around it"),
            (format!("'{own}'"), "single quotation marks around it"),
            (format!("\u{feff}{own}"), "a byte order mark before it"),
        ] {
            let what = format!("the secret was used with {what}");
            add("dirty_secret", &what, clean, Box::new(move |r| r.secret = format!("{dirty}{end}")));
        }
        let encoded = BASE64.encode(own);
        add(
            "secret_in_base64",
            "the secret was used as Base64 of itself",
            "decode it first, as a Kubernetes Secret's data must be",
            Box::new(move |r| r.secret = format!("{encoded}{end}")),
        );
        let secret = "use the secret that belongs to the access key id";
        for account in self.accounts.iter().filter(|a| a.access_key_secret != self.account.access_key_secret)
        {
            let other = account.access_key_secret.clone();
            let what = format!("the secret of {} was used", account.access_key_id);
            add("another_secret", &what, secret, Box::new(move |r| r.secret = format!("{other}{end}")));
        }
    }

    fn add_encodings(&self, add: &mut Add<'_>) {
        for encoding in Encoding::all() {
            let (both, inner, outer) = (encoding, encoding, encoding);
            let words = encoding.in_words();
            let of = |what: &str| format!("{what} signed with {words}");
            add(
                ENCODING,
                &of("names, values and the joined query were"),
                PERCENT,
                Box::new(move |r| (r.encoding, r.outer_encoding) = (both, both)),
            );
            add(ENCODING, &of("names and values were"), PERCENT, Box::new(move |r| r.encoding = inner));
            if matches!(self.style, Style::Rpc) {
                let change = move |r: &mut Recipe| r.outer_encoding = outer;
                add(ENCODING, &of("the joined query was"), PERCENT, Box::new(change));
            }
        }
    }

    /// The hosts that a client may have signed instead of the received one.
    fn other_hosts(&self, came: &str) -> Vec<String> {
        let (name, port) =
            came.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).unwrap_or((came, ""));
        let forwarded = ["x-forwarded-host", "x-original-host", "forwarded-host"]
            .iter()
            .filter_map(|header| self.request.headers.get(*header)?.to_str().ok().map(str::to_owned));
        let mut names: Vec<String> = forwarded.collect();
        names.extend(
            [
                name,
                "ccc.aliyuncs.com",
                "localhost",
                "127.0.0.1",
                "[::1]",
                "callmock",
                "host.docker.internal",
                "mock",
                "api",
            ]
            .map(str::to_owned),
        );
        names.extend(REGIONS.iter().map(|region| format!("ccc.{region}.aliyuncs.com")));
        names.extend(REGIONS.iter().map(|region| format!("ccc-vpc.{region}.aliyuncs.com")));
        let ports = ["", "8080", "80", "443", "8443", port];
        let mut hosts: Vec<String> = names
            .iter()
            .flat_map(|name| {
                ports.map(|port| if port.is_empty() { name.clone() } else { format!("{name}:{port}") })
            })
            .filter(|host| host != came)
            .collect();
        let mut seen = HashSet::new();
        hosts.retain(|host| seen.insert(host.clone()));
        hosts
    }

    fn add_of_rpc(&self, add: &mut Add<'_>) {
        let bare = self.account.access_key_secret.clone();
        let key = "sign with the secret and an ampersand as the key";
        add(
            "key_without_ampersand",
            "the key was the bare secret",
            key,
            Box::new(move |r| r.secret.clone_from(&bare)),
        );
        let path = "sign METHOD, `&%2F&`, and the encoded query";
        for middle in ["/", "", "%2f"] {
            let what = format!("`{middle}` stood where %2F belongs");
            add("path", &what, path, Box::new(move |r| middle.clone_into(&mut r.path)));
        }
        add(
            "query_not_encoded",
            "the joined query was not encoded once more",
            path,
            Box::new(|r| r.outer = false),
        );
        let text = "send the signature in Base64";
        add(
            "hex_for_base64",
            "the signature was sent in hexadecimal",
            text,
            Box::new(|r| r.text = Text::Hex),
        );
        add(
            "base64_of_hex",
            "the hexadecimal text of the signature was sent in Base64",
            text,
            Box::new(|r| r.text = Text::Base64OfHex),
        );
        add(
            "sha256_for_sha1",
            "it was signed with HMAC-SHA256",
            "sign with HMAC-SHA1",
            Box::new(|r| r.hashing = Hashing::Sha256),
        );
    }

    fn add_of_acs3(
        &self,
        path: &str,
        given_hash: &str,
        headers: &[(String, String)],
        right: &Recipe,
        add: &mut Add<'_>,
    ) {
        let bare = self.account.access_key_secret.clone();
        let key = "sign with the bare secret";
        add(
            "key_with_ampersand",
            "the key was the secret and an ampersand, as in the older style",
            key,
            Box::new(move |r| r.secret = format!("{bare}&")),
        );
        let (given, was) = (given_hash.to_owned(), right.hash.clone());
        if given != was {
            let what = "the body that came is not the one that was hashed";
            add(
                "body_hash",
                what,
                "hash the bytes that are sent, last of all",
                Box::new(move |r| r.hash.clone_from(&given)),
            );
        }
        let empty = hex(&Sha256::digest(b""));
        add(
            "hash_of_nothing",
            "the hash of an empty body was signed",
            "hash the bytes that are sent",
            Box::new(move |r| r.hash.clone_from(&empty)),
        );
        add(
            "hash_left_out",
            "the hash was left out of the canonical request",
            "end it with the body's hash",
            Box::new(|r| r.hash.clear()),
        );
        for signed in ["", "/", "/index"] {
            if signed != path {
                let (what, fix) = (format!("the path was signed as `{signed}`"), format!("sign {path}"));
                add("path", &what, &fix, Box::new(move |r| signed.clone_into(&mut r.path)));
            }
        }
        let came = headers.iter().find(|(name, _)| name == "host").map(|(_, value)| value.clone());
        if let Some(came) = came {
            let bare = came.rsplit_once(':').map_or(came.clone(), |(host, _)| host.to_owned());
            for host in self.other_hosts(&came) {
                let (id, what, fix) = if host == bare {
                    let what = "the host was signed without its port".to_owned();
                    (
                        "host_without_port",
                        what,
                        "sign the Host header as it is sent, and let nothing change it on the way",
                    )
                } else {
                    let what = format!(
                        "the host was signed as `{host}`, and came as `{came}`: something on the way changed it"
                    );
                    (
                        HOST,
                        what,
                        "let the proxy pass Host on as it came, or sign the host that the mock is asked by",
                    )
                };
                add(id, &what, fix, Box::new(move |r| r.host = Some(host.clone())));
            }
        }
        let sorted = "sign headers sorted by name, each as `name:value` with the value trimmed";
        add(
            "headers_unsorted",
            "the headers were signed in another order than SignedHeaders has",
            sorted,
            Box::new(|r| r.header_order = Order::Sorted),
        );
        add(
            "headers_untrimmed",
            "header values were signed with a blank before them",
            sorted,
            Box::new(|r| r.colon = ": "),
        );
        add(
            "no_blank_line",
            "there was no blank line after the headers",
            "end each header's line, then leave one blank",
            Box::new(|r| r.blank_line = false),
        );
        let text = "send the signature in small hexadecimal letters";
        add("base64_for_hex", "the signature was sent in Base64", text, Box::new(|r| r.text = Text::Base64));
        add(
            "upper_case_hex",
            "the signature was sent in capital hexadecimal letters",
            text,
            Box::new(|r| r.text = Text::UpperHex),
        );
        add(
            "sha1_for_sha256",
            "it was signed with HMAC-SHA1",
            "sign with HMAC-SHA256",
            Box::new(|r| r.hashing = Hashing::Sha1),
        );
    }
}
