//! `callmock env`: what a client's environment needs to reach a running server.

use axum::http::Uri;
use serde_json::{Map, Value};

use super::client::Origin;
use super::exit::Exit;
use super::output::print;
use super::trust;
use crate::world::Worlds;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The base URL of the server
    #[arg(long, env = "CALLMOCK_URL", default_value = "http://127.0.0.1:8080")]
    url: Uri,
    /// The world whose credentials are wanted, by its id
    #[arg(long, value_name = "ID", default_value = Worlds::DEFAULT)]
    world: String,
    /// The token of a server that was started with one
    #[arg(long, env = "CALLMOCK_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
    /// Also lead https through the server, which answers for the vendors' hosts and refuses all
    /// others
    #[arg(long)]
    proxy: bool,
    /// Also let Java trust the server, and no other: `JAVA_TOOL_OPTIONS` names a trust store
    #[arg(long)]
    java: bool,
    /// Trust the certificate of a server on another machine, which nothing has verified
    #[arg(long)]
    trust: bool,
    #[command(flatten)]
    form: Form,
}

/// The form of the output.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct Form {
    /// Lines for a shell, `eval "$(callmock env)"` (the default)
    #[arg(long)]
    shell: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
    /// Lines for an env file, as docker and most tools read it
    #[arg(long)]
    dotenv: bool,
}

pub fn run(args: &Args) -> Exit {
    let origin = match Origin::of(&args.url) {
        Ok(origin) => origin,
        Err(message) => {
            tell!("callmock: {message}");
            return Exit::Usage;
        }
    };
    let asked = super::serve::runtime().and_then(|runtime| runtime.block_on(args.variables(&origin)));
    match asked.and_then(|variables| args.written(&variables)) {
        Ok(text) => print(&text),
        Err(message) => {
            tell!("callmock: {message}");
            Exit::Failed
        }
    }
}

impl Args {
    async fn variables(&self, origin: &Origin) -> Result<Map<String, Value>, String> {
        let path = format!("/_mock/worlds/{}/environment", crate::urlencoded::strict(&self.world));
        let answer = origin.get(&path, self.admin_token.as_deref()).await;
        let (status, body) = answer.map_err(|why| {
            format!("{}: {why}; is a server running there? `callmock serve` starts one", origin.url())
        })?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(variables)) if status.is_success() => {
                if let Some(name) = variables.keys().find(|name| !is_own(name)) {
                    return Err(format!("{}: it names a variable {name:?}; is it callmock?", origin.url()));
                }
                self.with_tls(origin, variables).await
            }
            Ok(answer) if answer["error"]["message"].is_string() => {
                Err(answer["error"]["message"].as_str().unwrap_or_default().to_owned())
            }
            _ => Err(format!("{}: it answered {status}; is it callmock?", origin.url())),
        }
    }

    /// Adds what a client needs to trust the server, if it speaks TLS.
    async fn with_tls(
        &self,
        origin: &Origin,
        mut variables: Map<String, Value>,
    ) -> Result<Map<String, Value>, String> {
        let (status, pem) = origin.get("/_mock/certificate", self.admin_token.as_deref()).await?;
        if !status.is_success() {
            if self.proxy {
                return Err(format!(
                    "{}: a proxy for https needs TLS: start callmock with --tls",
                    origin.url()
                ));
            }
            return Ok(variables);
        }
        // The certificate came over a connection that nothing has verified.
        if !origin.is_here() && !self.trust {
            tell!(
                "callmock: {} is another machine: --trust takes its certificate for an authority all the same",
                origin.url()
            );
            return Ok(variables);
        }
        for (name, value) in trust::variables(&String::from_utf8_lossy(&pem), self.java)? {
            variables.insert(name.to_owned(), value.into());
        }
        if self.proxy {
            // The tunnel itself is asked for in plain HTTP.
            let proxy = Origin { tls: false, ..origin.clone() }.url();
            for name in ["HTTPS_PROXY", "https_proxy"] {
                variables.insert(name.to_owned(), proxy.clone().into());
            }
        }
        Ok(variables)
    }

    fn written(&self, variables: &Map<String, Value>) -> Result<String, String> {
        if self.form.json {
            return serde_json::to_string_pretty(variables)
                .map(|text| text + "\n")
                .map_err(|error| error.to_string());
        }
        let pairs = variables.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
        if !self.form.dotenv {
            return Ok(pairs
                .map(|(name, value)| format!("export {name}='{}'\n", value.replace('\'', r"'\''")))
                .collect());
        }
        // An env file has no quotation that all its readers know, so a value stands as it is.
        pairs
            .map(|(name, value)| {
                if value.contains(['\n', '\r']) {
                    return Err(format!("{name} has a line end, which no env file can hold: use --json"));
                }
                Ok(format!("{name}={value}\n"))
            })
            .collect()
    }
}

/// Whether a name is one that callmock's own variables have. Any other could change what a shell
/// does.
fn is_own(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    name.strip_prefix("CALLMOCK_").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_plain))
}
