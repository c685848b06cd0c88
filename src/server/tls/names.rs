//! The host names that the server answers to over TLS and as a proxy: this machine's, the vendors',
//! and those that were named.

use std::net::IpAddr;

use crate::vendors;

/// The names of this machine. `localhost` stands for its subdomains, too: some vendors name the
/// account in one.
const LOCAL: [&str; 4] = ["localhost", "*.localhost", "callmock", "host.docker.internal"];

/// The host names that the server answers to. `*.` at the beginning stands for every subdomain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    hosts: Vec<String>,
    addresses: Vec<IpAddr>,
}

impl Names {
    /// The names of a server that listens on `host`, and `more` of them.
    #[must_use]
    pub fn new(host: &str, more: &[String]) -> Self {
        let of_vendors = vendors::ALL.iter().flat_map(|vendor| vendor.hosts().iter().copied());
        let all = LOCAL.into_iter().chain(of_vendors).map(str::to_owned).chain(more.iter().cloned());
        let mut this = Self {
            hosts: vec![],
            addresses: vec![[127, 0, 0, 1].into(), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])],
        };
        for name in all.chain([host.to_owned()]) {
            match name.parse::<IpAddr>() {
                Ok(ip) if ip.is_unspecified() || this.addresses.contains(&ip) => {}
                Ok(ip) => this.addresses.push(ip),
                Err(_) => {
                    let name = name.to_ascii_lowercase();
                    if !name.is_empty() && !this.hosts.contains(&name) {
                        this.hosts.push(name);
                    }
                }
            }
        }
        this
    }

    /// Whether a host name is one of them.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let name = name.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
        if let Ok(ip) = name.parse::<IpAddr>() {
            return self.addresses.contains(&ip);
        }
        self.hosts.iter().any(|host| match host.strip_prefix('*') {
            Some(domain) => name.len() > domain.len() && name.ends_with(domain),
            None => *host == name,
        })
    }

    /// The names of this machine without a wildcard, which one certificate has together.
    pub(super) fn local(&self) -> Vec<String> {
        let named = LOCAL.into_iter().filter(|name| !name.starts_with('*')).map(str::to_owned);
        named.chain(self.addresses.iter().map(ToString::to_string)).collect()
    }

    /// Whether a name is one of [`local`](Self::local).
    pub(super) fn is_local(&self, name: &str) -> bool {
        self.local().iter().any(|local| local == name)
    }

    /// The domains to which a certificate authority is bound. A domain stands for its subdomains.
    pub(super) fn domains(&self) -> Vec<String> {
        let mut domains: Vec<String> =
            self.hosts.iter().map(|host| host.trim_start_matches("*.").to_owned()).collect();
        domains.sort_unstable();
        domains.dedup();
        domains
    }

    /// The addresses to which a certificate authority is bound.
    pub(super) fn addresses(&self) -> &[IpAddr] {
        &self.addresses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_with_its_subdomains_where_a_star_says_so() {
        let names = Names::new("0.0.0.0", &["*.corp.example".to_owned(), "calls.example".to_owned()]);
        for known in [
            "localhost",
            "acme.LOCALHOST",
            "127.0.0.1",
            "[::1]",
            "callmock",
            "a.b.corp.example",
            "calls.example.",
        ] {
            assert!(names.has(known), "{known}");
        }
        for unknown in
            ["example", "corp.example", "acorp.example", "x.calls.example", "10.0.0.1", "0.0.0.0", ""]
        {
            assert!(!names.has(unknown), "{unknown}");
        }
    }
}
