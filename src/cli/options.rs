//! The flags of a server, which `serve`, `exec` and `matrix` share, and the settings made from
//! them.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderValue, Uri};
use chrono::{DateTime, Utc};
use clap::ValueEnum;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{fmt, registry};

use super::banner;
use super::log::Writer;
use super::port_file::PortFile;
use super::project;
use super::tls;
use crate::contract::{Readings, UnknownReading};
use crate::nearest::did_you_mean;
use crate::report::kept;
use crate::scenario::{Library, LoadOptions, Source};
use crate::server::{Settings, Tls};
use crate::universe::Millis;
use crate::vendors;
use crate::world::Limits;

/// The scenario that is served if none is named.
const STANDARD: &str = "documented";

/// The scenario files of a folder, in the order of their names. A folder that is not there has none.
fn scenarios_of(folder: &Path) -> std::io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        entries => entries?,
    };
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_scenario = |path: &PathBuf| {
        let kind = path.extension().and_then(|kind| kind.to_str());
        kind.is_some_and(|kind| ["yaml", "yml"].contains(&kind)) && path.is_file()
    };
    let mut names: Vec<String> =
        files.filter(is_scenario).filter_map(|path| Some(path.to_str()?.to_owned())).collect();
    names.sort_unstable();
    Ok(names)
}

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Args {
    /// The address to listen on
    #[arg(help_heading = "Address", long, env = "CALLMOCK_HOST", default_value = "127.0.0.1")]
    pub host: String,
    /// The port to listen on; 0 selects a free one [default: 8080, and 0 for `exec`]
    #[arg(help_heading = "Address", long, env = "CALLMOCK_PORT", value_parser = port)]
    pub port: Option<u16>,
    /// A scenario file, or the name of a built-in scenario (documented, today, weeks, busy-day,
    /// extremes, empty); several are merged in order [default: documented]
    #[arg(
        help_heading = "Scenario",
        long,
        env = "CALLMOCK_SCENARIO",
        value_name = "FILE|NAME",
        value_delimiter = ','
    )]
    scenario: Vec<String>,
    /// Where no scenario is named, serve the files *.yaml of this folder, merged in the order of their
    /// names, if there are any
    #[arg(help_heading = "Scenario", long, env = "CALLMOCK_SCENARIOS", value_name = "DIR")]
    scenarios: Option<PathBuf>,
    /// Write the port to this file once the server listens
    #[arg(help_heading = "Address", long, env = "CALLMOCK_PORT_FILE", value_name = "FILE")]
    port_file: Option<PathBuf>,
    /// Reload edited scenario files at once; an invalid one changes nothing
    #[arg(help_heading = "Scenario", long, env = "CALLMOCK_WATCH")]
    watch: bool,
    /// The seed of ids and generated data, instead of the scenario's
    #[arg(help_heading = "Scenario", long, env = "CALLMOCK_SEED", value_name = "N")]
    seed: Option<u64>,
    /// Fix the clock at this time, instead of the scenario's clock
    #[arg(help_heading = "Scenario", long, env = "CALLMOCK_NOW", value_name = "RFC3339", value_parser = moment)]
    now: Option<DateTime<Utc>>,
    /// The format of log lines on standard error; `RUST_LOG` sets the level
    #[arg(help_heading = "Output", long, env = "CALLMOCK_LOG", value_enum, default_value = "text")]
    pub log: Log,
    /// Log no refusals, only warnings and errors; `RUST_LOG` overrides it
    #[arg(help_heading = "Output", long, env = "CALLMOCK_QUIET")]
    quiet: bool,
    /// Omit the x-callmock-… headers from vendors' answers
    #[arg(help_heading = "Output", long, env = "CALLMOCK_NO_DEBUG_HEADERS")]
    no_debug_headers: bool,
    /// The folder in which `rehearse` and `matrix` keep their last reports, and from which the page of
    /// `serve` shows them
    #[arg(help_heading = "Output", long, env = "CALLMOCK_REPORTS", value_name = "DIR")]
    reports: Option<PathBuf>,
    /// The largest request body; a larger one is refused in the vendor's words
    #[arg(
        help_heading = "Limits of requests",
        long,
        env = "CALLMOCK_MAX_BODY",
        value_name = "SIZE",
        default_value = "1MiB"
    )]
    max_body: Size,
    /// The most headers of a request; a request with more is refused with 431
    #[arg(help_heading = "Limits of requests", long, env = "CALLMOCK_MAX_HEADERS", value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=30_000))]
    max_headers: u16,
    /// The largest request head, at least 8KiB; a larger one is refused with 431, and a request
    /// line over 64KiB with 414
    #[arg(
        help_heading = "Limits of requests",
        long,
        env = "CALLMOCK_MAX_HEAD",
        value_name = "SIZE",
        default_value = "256KiB"
    )]
    max_head: Size,
    /// The limit for all request bodies in memory together; a body that exceeds it is refused with
    /// 503 in the vendor's words
    #[arg(
        help_heading = "Limits of requests",
        long,
        env = "CALLMOCK_MAX_BODIES",
        value_name = "SIZE",
        default_value = "256MiB"
    )]
    max_bodies: Size,
    /// The longest silence at the beginning of a connection, before it is closed
    #[arg(help_heading = "Limits of requests", long, env = "CALLMOCK_FIRST_BYTE", value_name = "DURATION", default_value = "30s", value_parser = duration)]
    first_byte: Duration,
    /// The longest pause within a request body, before the request is refused with 408 in the
    /// vendor's words
    #[arg(help_heading = "Limits of requests", long, env = "CALLMOCK_BODY_IDLE", value_name = "DURATION", default_value = "30s", value_parser = duration)]
    body_idle: Duration,
    /// The longest time in which an HTTP/2 client sends nothing and answers no ping, before its
    /// connection is closed
    #[arg(help_heading = "Limits of requests", long, env = "CALLMOCK_HTTP2_IDLE", value_name = "DURATION", default_value = "60s", value_parser = duration)]
    http2_idle: Duration,
    /// The number of exchanges that the journal keeps
    #[arg(help_heading = "Journal", long, env = "CALLMOCK_JOURNAL_SIZE", value_name = "N", default_value_t = 1000, value_parser = count)]
    journal_size: usize,
    /// The size to which the journal truncates each body
    #[arg(
        help_heading = "Journal",
        long,
        env = "CALLMOCK_JOURNAL_BODY",
        value_name = "SIZE",
        default_value = "64KiB"
    )]
    journal_body: Size,
    /// The memory that the journals of all worlds hold together. Over it, the oldest exchange of the
    /// world whose journal holds most is dropped
    #[arg(
        help_heading = "Journal",
        long,
        env = "CALLMOCK_JOURNAL_MEMORY",
        value_name = "SIZE",
        default_value = "64MiB"
    )]
    journal_memory: Size,
    /// The options for the vendors' ambiguous pages: those of the scenario (`default`), the first
    /// alternative of each reading (`alternate`), or some by name, as listed by `callmock readings`
    #[arg(
        help_heading = "Scenario",
        long,
        env = "CALLMOCK_READINGS",
        value_name = "default|alternate|ID=OPTION,…",
        default_value = "default"
    )]
    readings: ReadingSet,
    /// The most worlds besides the default one
    #[arg(help_heading = "Worlds", long, env = "CALLMOCK_MAX_WORLDS", value_name = "N", default_value_t = 10_000, value_parser = count)]
    max_worlds: usize,
    /// The most calls that a scenario sent to POST /_mock/worlds may have
    #[arg(help_heading = "Worlds", long, env = "CALLMOCK_MAX_WORLD_CALLS", value_name = "N", default_value_t = 100_000, value_parser = count)]
    max_world_calls: usize,
    /// The time after which an idle world is removed
    #[arg(help_heading = "Worlds", long, env = "CALLMOCK_WORLD_TTL", value_name = "DURATION", default_value = "1h", value_parser = duration)]
    world_ttl: Duration,
    /// Require `Authorization: Bearer TOKEN` for the admin API, except for health and ready
    #[arg(help_heading = "Admin API and browsers", long, env = "CALLMOCK_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true, value_parser = token)]
    pub admin_token: Option<String>,
    /// Let pages of this origin use the server from a browser; `*` allows all
    #[arg(help_heading = "Admin API and browsers", long, env = "CALLMOCK_CORS", value_name = "ORIGIN", value_delimiter = ',', value_parser = origin)]
    cors: Vec<HeaderValue>,
    /// Let browsers use the admin API by this host name, besides addresses, localhost and names
    /// without a dot
    #[arg(help_heading = "Admin API and browsers", long, env = "CALLMOCK_ALLOW_HOST", value_name = "HOST", value_delimiter = ',', value_parser = host)]
    allow_host: Vec<String>,
    /// The base URL of the server in answers; by default, its host is the one that the request
    /// names
    #[arg(help_heading = "Address", long, env = "CALLMOCK_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    public_url: Option<String>,
    /// Speak TLS, too, with certificates of callmock's own authority unless one is given: `callmock ca`
    /// and GET /_mock/certificate show the one to trust. `HTTPS_PROXY` then leads clients here
    #[arg(help_heading = "Address", long, env = "CALLMOCK_TLS")]
    tls: bool,
    /// Use TLS with this certificate (PEM)
    #[arg(
        help_heading = "Address",
        long,
        env = "CALLMOCK_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(
        help_heading = "Address",
        long,
        env = "CALLMOCK_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    tls_key: Option<PathBuf>,
    #[command(flatten)]
    authority: tls::Args,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Log {
    Text,
    Json,
}

/// The value of `--readings`: the scenario's options, every first alternative, or some by name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ReadingSet {
    Default,
    Alternate,
    Chosen(Vec<(String, String)>),
}

impl FromStr for ReadingSet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "default" => return Ok(Self::Default),
            "alternate" => return Ok(Self::Alternate),
            _ => {}
        }
        let mut scratch = Readings::default();
        let pairs = text.split(',').map(|pair| {
            let (id, option) = pair.split_once('=').ok_or_else(|| {
                let examples = vendors::readings();
                let examples =
                    examples.iter().take(1).map(|reading| format!("{}={}", reading.id, reading.options[1]));
                let example: String = examples.collect();
                format!("expected `default`, `alternate`, or readings such as `{example}`, found `{pair}`")
            })?;
            scratch.choose(vendors::readings(), id, option).map_err(|unknown| match unknown {
                UnknownReading::Id => {
                    let near = did_you_mean(id, vendors::readings().into_iter().map(|reading| reading.id));
                    format!("there is no reading `{id}`{near}; `callmock readings` lists them")
                }
                UnknownReading::Option(options) => {
                    format!("`{id}` has no option `{option}`; it has {}", options.join(", "))
                }
            })?;
            Ok((id.to_owned(), option.to_owned()))
        });
        pairs.collect::<Result<_, _>>().map(Self::Chosen)
    }
}

/// A number of bytes: `65536`, `64KiB`, `1MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size(usize);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected a size such as `65536`, `64KiB` or `1MiB`, found `{text}`");
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let factor = match unit {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(wrong()),
        };
        let number: usize = number.parse().map_err(|_| wrong())?;
        number.checked_mul(factor).map(Size).ok_or_else(wrong)
    }
}

/// Parses a port. 0 selects a free one.
pub fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "expected a port of 0 to 65535".to_owned())
}

fn count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "expected a whole number of 0 or more".to_owned())
}

pub fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let parsed = DateTime::parse_from_rfc3339(text).map(|t| t.to_utc());
    parsed.map_err(|_| "expected a time with its offset, such as 2019-09-10T00:19:14Z".to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    let parsed: Result<Millis, _> = text.parse();
    let parsed = parsed.map(|millis| Duration::from_millis(millis.0.into()));
    parsed.ok().filter(|duration| !duration.is_zero()).ok_or_else(|| format!("expected {}", Millis::EXPECTED))
}

/// Checks a token: it must be valid in a header, and not empty, because an empty token would let
/// everybody in.
fn token(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
    if fits { Ok(text.to_owned()) } else { Err("expected a token of visible ASCII characters".to_owned()) }
}

/// Checks a base URL, and removes a slash at its end.
fn public_url(text: &str) -> Result<String, String> {
    let url: Uri =
        text.parse().map_err(|error| format!("{error}; write it as https://calls.example:8443"))?;
    let fits = matches!(url.scheme_str(), Some("http" | "https")) && url.authority().is_some();
    if !fits || url.query().is_some() {
        return Err("expected http:// or https:// with a host, such as https://calls.example:8443".to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Checks an origin in the form of browsers: scheme, host and port, without a path.
fn origin(text: &str) -> Result<HeaderValue, String> {
    let wrong = || "expected `*`, or an origin such as http://localhost:5173, without a path".to_owned();
    if text != "*" {
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        if uri.scheme().is_none() || uri.host().is_none() || text.ends_with('/') || uri.path().len() > 1 {
            return Err(wrong());
        }
    }
    HeaderValue::from_str(text).map_err(|_| wrong())
}

/// Checks a host name, without scheme, port and path.
fn host(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    if fits {
        Ok(text.to_owned())
    } else {
        Err("expected a host name such as callmock.example.com, without a port".to_owned())
    }
}

impl Args {
    /// Loads the scenarios that the server can serve.
    ///
    /// # Errors
    /// The mistakes in the scenarios, one per line.
    pub fn library(&self) -> Result<Library, String> {
        self.library_or(STANDARD)
    }

    /// Loads the scenarios that were named, or a built-in one if none was.
    ///
    /// # Errors
    /// The mistakes in the scenarios, one per line.
    pub fn library_or(&self, standard: &str) -> Result<Library, String> {
        self.library_of(&self.named_or(standard)?)
    }

    /// The scenarios that were named, else those of the folder that an image has mounted, else a
    /// built-in one.
    ///
    /// # Errors
    /// If the folder cannot be read.
    fn named_or(&self, standard: &str) -> Result<Vec<String>, String> {
        let mut names = self.scenario.clone();
        if names.is_empty()
            && let Some(folder) = &self.scenarios
        {
            names = scenarios_of(folder)
                .map_err(|error| format!("callmock: --scenarios {}: {error}", folder.display()))?;
        }
        Ok(if names.is_empty() { vec![standard.to_owned()] } else { names })
    }

    /// Loads a built-in scenario in place of those that were named.
    ///
    /// # Errors
    /// The mistakes in the flags, one per line.
    pub fn library_named(&self, scenario: &str) -> Result<Library, String> {
        self.library_of(&[scenario.to_owned()])
    }

    fn library_of(&self, scenario: &[String]) -> Result<Library, String> {
        if let Some(name) = scenario.iter().find(|name| project::is_project(Path::new(name))) {
            return Err(format!(
                "callmock: {name} is a project file and no scenario, which has the key `callmock: 1`: leave --scenario out, \
                 and the scenario that {name} names is served"
            ));
        }
        let sources = scenario
            .iter()
            .map(|name| Source::named(name))
            .collect::<Result<_, _>>()
            .map_err(|message| format!("callmock: {message}"))?;
        let readings = match self.readings {
            ReadingSet::Default | ReadingSet::Chosen(_) => None,
            ReadingSet::Alternate => Some(Readings::alternate(vendors::readings())),
        };
        let catalogues = vendors::catalogues().collect();
        let options = LoadOptions {
            sources,
            seed: self.seed,
            now: self.now,
            catalogues,
            readings,
            ..LoadOptions::default()
        };
        let mut library = Library::open(options).map_err(|invalid| invalid.to_string())?;
        if let ReadingSet::Chosen(pairs) = &self.readings {
            let mut readings = library.own().readings.clone();
            for (id, option) in pairs {
                let known = readings.choose(vendors::readings(), id, option);
                known.map_err(|_| format!("callmock: {id} has no option {option}"))?;
            }
            library = library.with_readings(readings);
        }
        if self.watch && !library.has_files() && self.scenarios.is_none() {
            let message = "--watch needs a file to watch: give one with --scenario FILE";
            return Err(format!("callmock: {message}"));
        }
        Ok(library)
    }

    /// Tries whether reports can be kept in the folder of `--reports`, if one is named.
    ///
    /// # Errors
    /// If not. The message names the flag.
    pub fn may_keep(&self) -> Result<(), String> {
        self.reports.as_ref().map_or(Ok(()), |folder| kept::may_keep(folder))
    }

    /// Keeps a report in the folder of `--reports`, if one is named.
    ///
    /// # Errors
    /// If it cannot be written. The message names the flag.
    pub fn keep(&self, name: &str, formats: impl FnOnce() -> kept::Formats) -> Result<(), String> {
        self.reports.as_ref().map_or(Ok(()), |folder| kept::keep(folder, name, &formats()))
    }

    /// Whether only warnings and errors are wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// The names of the scenarios, for reports.
    pub fn scenarios(&self) -> String {
        self.named_or(STANDARD).unwrap_or_default().join(", ")
    }

    /// The settings of the server.
    ///
    /// # Errors
    /// If the certificate or the key cannot be used.
    pub fn settings(&self) -> Result<Settings, String> {
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Some(
                Tls::from_files(certificate, key, self.authority.names(&self.host))
                    .map_err(|error| format!("callmock: TLS: {error}"))?,
            ),
            _ if self.tls => {
                Some(self.authority.authority(&self.host).map_err(|message| format!("callmock: {message}"))?)
            }
            _ => None,
        };
        Ok(Settings {
            max_body: self.max_body.0,
            max_headers: usize::from(self.max_headers),
            max_head: self.max_head.0,
            debug_headers: !self.no_debug_headers,
            max_bodies: self.max_bodies.0,
            first_byte: self.first_byte,
            body_idle: self.body_idle,
            http2_idle: self.http2_idle,
            max_world_calls: self.max_world_calls,
            limits: Limits {
                journal_size: self.journal_size,
                journal_body: self.journal_body.0,
                journal_memory: self.journal_memory.0,
                max_worlds: self.max_worlds,
                world_ttl: self.world_ttl,
            },
            admin_token: self.admin_token.clone(),
            cors: self.cors.clone(),
            hosts: self.allow_host.clone(),
            tls,
            watch: self.watch,
            public_url: self.public_url.clone(),
            reports: self.reports.clone(),
            vendors: vendors::ALL,
        })
    }

    /// Prepares the port file, if one is requested, and removes the file of an earlier server.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub fn port_file(&self) -> Result<Option<PortFile>, String> {
        self.port_file.as_ref().map(PortFile::clear).transpose()
    }

    /// The scheme of the server's URL, `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.tls || self.tls_cert.is_some() { "https" } else { "http" }
    }

    /// The message that the server cannot listen on its address.
    pub fn cannot_listen(&self, port: u16, error: &std::io::Error) -> String {
        let host = &self.host;
        format!(
            "cannot listen on {host}:{port}: {error}. Choose another with --port, or a free one with --port 0"
        )
    }

    /// Starts the log on standard error, from `level` on unless `RUST_LOG` is set.
    pub fn start_log(&self, level: LevelFilter) {
        let level = if self.quiet { level.min(LevelFilter::WARN) } else { level };
        let given = std::env::var("RUST_LOG").unwrap_or_default();
        let is_well_formed = |part: &&str| !part.is_empty() && part.parse::<Targets>().is_ok();
        let given: Vec<&str> = given.split(',').map(str::trim).filter(is_well_formed).collect();
        let targets = match given.join(",").parse::<Targets>() {
            Ok(targets) if !given.is_empty() => targets,
            // The h2 library logs a line for each reset connection, which helps nobody.
            _ => Targets::new().with_default(level).with_target("h2", LevelFilter::ERROR),
        };
        let lines = fmt::layer().log_internal_errors(false).with_writer(Writer);
        let all = registry().with(targets);
        match self.log {
            Log::Text => {
                all.with(lines.with_target(false).with_ansi(banner::in_colour())).init();
            }
            Log::Json => all.with(lines.json()).init(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scenarios_of_a_folder_are_its_yaml_files_by_name() {
        let folder = std::env::temp_dir().join(format!("callmock-scenarios-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("c.yaml")).expect("a folder");
        for name in ["b.yml", "a.yaml", "notes.txt", "yaml"] {
            std::fs::write(folder.join(name), "").expect("written");
        }
        let names = scenarios_of(&folder).expect("it is read");
        std::fs::remove_dir_all(&folder).expect("removed");
        assert_eq!(names, ["a.yaml", "b.yml"].map(|name| folder.join(name).display().to_string()));
        assert!(scenarios_of(&folder).expect("it is not there").is_empty());
    }

    #[test]
    fn sizes_are_read_with_and_without_unit() {
        assert_eq!("65536".parse(), Ok(Size(65_536)));
        assert_eq!("64KiB".parse(), Ok(Size(65_536)));
        assert_eq!("1MiB".parse(), Ok(Size(1 << 20)));
        for wrong in ["", "KiB", "64kb", "-1", "1.5MiB", "99999999999999999999"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }
}
