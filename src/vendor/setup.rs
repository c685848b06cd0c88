//! Lines that set a client up in a language, for people to paste.

/// The lines of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The language: `Python`, `Node` or `Java`.
    pub language: &'static str,
    /// The lines.
    pub lines: String,
}

/// The lines that send one request in each language, with what comes with it.
#[must_use]
pub fn request(method: &str, url: &str, headers: &[(&str, String)], body: Option<&str>) -> Vec<Setup> {
    let pairs = |between: &str, indent: &str| {
        let pair = |(name, value): &(&str, String)| format!("{indent}{}{between}{}", text(name), text(value));
        headers.iter().map(pair).collect::<Vec<_>>().join(",\n")
    };
    let python = format!(
        "import requests\n\nanswer = requests.{}(\n    {},\n    headers={{\n{},\n    }},{}\n)",
        method.to_lowercase(),
        text(url),
        pairs(": ", "        "),
        body.map(|body| format!("\n    data={},", text(body))).unwrap_or_default()
    );
    let node = format!(
        "const answer = await fetch({}, {{\n  method: {},\n  headers: {{\n{},\n  }},{}\n}});",
        text(url),
        text(method),
        pairs(": ", "    "),
        body.map(|body| format!("\n  body: {},", text(body))).unwrap_or_default()
    );
    let with = headers.iter().map(|(name, value)| format!("    .header({}, {})\n", text(name), text(value)));
    let publisher = body.map_or("HttpRequest.BodyPublishers.noBody()".to_owned(), |body| {
        format!("HttpRequest.BodyPublishers.ofString({})", text(body))
    });
    let java = format!(
        "var request = HttpRequest.newBuilder(URI.create({}))\n{}    .method({}, {publisher})\n    .build();\n\
         var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());",
        text(url),
        with.collect::<String>(),
        text(method)
    );
    let setup = |language, lines| Setup { language, lines };
    vec![setup("Python", python), setup("Node", node), setup("Java", java)]
}

/// A text as a literal of these languages.
#[must_use]
pub fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
