//! A request in short, as a catalogue's ways write it, and the curl command that sends it.

/// A request without its credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// The HTTP method.
    pub method: String,
    /// The path and the query.
    pub target: String,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body, if there is one.
    pub body: Option<String>,
}

impl Sketch {
    /// Reads `METHOD TARGET BODY`, with `Name: value` lines for headers.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let mut words = first.trim().splitn(3, ' ').map(str::to_owned);
        let method = words.next().unwrap_or_default();
        let target = words.next().unwrap_or_default();
        let headers = rest.lines().filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        Self { method, target, headers: headers.collect(), body: words.next() }
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The curl command that sends it to a server, with more headers, such as those of a
    /// credential.
    #[must_use]
    pub fn curl(&self, base_url: &str, more: &[(&str, String)]) -> String {
        let mut words = vec!["curl -s".to_owned()];
        match (self.method.as_str(), &self.body) {
            ("GET", None) | ("POST", Some(_)) => {}
            ("HEAD", None) => words.push("-I".to_owned()),
            (method, _) => words.push(format!("-X {method}")),
        }
        words.push(quoted(&format!("{base_url}{}", self.target)));
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value));
        for (name, value) in more.iter().map(|(name, value)| (*name, value)).chain(own) {
            words.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
        }
        words.extend(self.body.iter().map(|body| format!("--data {}", quoted(body))));
        // Braces and brackets in a URL are ranges to curl, unless it is told otherwise.
        if self.target.contains(['[', '{']) {
            words.insert(1, "-g".to_owned());
        }
        words.join(" ")
    }
}

/// A text as one word of a shell.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
