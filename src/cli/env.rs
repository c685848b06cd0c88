//! `callmock env`: what a client's environment needs to reach a running server.

use axum::http::Uri;
use serde_json::{Map, Value};

use super::client::Origin;
use super::exit::Exit;
use super::output::print;
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
    /// Lines for a shell, `eval "$(callmock env)"` (the default)
    #[arg(long, group = "form")]
    shell: bool,
    /// One JSON object
    #[arg(long, group = "form")]
    json: bool,
    /// Lines for an env file, as docker and most tools read it
    #[arg(long, group = "form")]
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
            Ok(Value::Object(variables)) if status.is_success() => Ok(variables),
            Ok(answer) if answer["error"]["message"].is_string() => {
                Err(answer["error"]["message"].as_str().unwrap_or_default().to_owned())
            }
            _ => Err(format!("{}: it answered {status}; is it callmock?", origin.url())),
        }
    }

    fn written(&self, variables: &Map<String, Value>) -> Result<String, String> {
        if self.json {
            return serde_json::to_string_pretty(variables)
                .map(|text| text + "\n")
                .map_err(|error| error.to_string());
        }
        let pairs = variables.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
        if !self.dotenv {
            return Ok(pairs
                .map(|(name, value)| format!("export {name}='{}'\n", value.replace('\'', r"'\''")))
                .collect());
        }
        // An env file has no quotation that all its readers know, so a value stands as it is.
        pairs
            .map(|(name, value)| match value.contains(['\n', '\r']) {
                false => Ok(format!("{name}={value}\n")),
                true => Err(format!("{name} has a line end, which no env file can hold: use --json")),
            })
            .collect()
    }
}
