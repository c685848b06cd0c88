//! How to meet a behavior: a script of curl commands, ready to paste. A refusal is injected by a
//! fault. Everything else comes from the requests of the catalogue's ways.

use std::fmt::Write;

use crate::contract::{Behavior, Step, Way};
use crate::scenario::{Invalid, Library, LoadOptions, Source, embedded};
use crate::vendor::{Sketch, Vendor, quoted};
use crate::world::{Limits, World, Worlds};

/// The means to meet a behavior.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct How {
    /// The arguments of `callmock` for a server at which the script works. Empty if the defaults
    /// do.
    pub server: String,
    /// What the file `more.yaml` must hold, if [`How::server`] names it.
    pub more: Option<String>,
    /// The commands for a shell, one per line.
    pub script: String,
}

impl How {
    /// The commands, after comments about the server that they need.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        if !self.server.is_empty() {
            let _ = writeln!(text, "# at a server of: callmock {}", self.server);
        }
        if let Some(more) = &self.more {
            let _ = writeln!(text, "# where more.yaml is:");
            more.lines().for_each(|line| text.push_str(&format!("#   {line}\n")));
        }
        text.push_str(&self.script);
        text
    }
}

/// How to meet a behavior at a server with a base URL. None if no vendor has the behavior, or if
/// nothing is known.
///
/// # Panics
/// If a built-in scenario has mistakes.
#[must_use]
pub fn how(behavior: &'static Behavior, vendors: &[&'static dyn Vendor], url: &str) -> Option<How> {
    let vendor = *vendors.iter().find(|vendor| vendor.name() == behavior.vendor())?;
    let catalogue = vendor.catalogue();
    let is_refusal = behavior.status.is_some_and(|status| status >= 400);
    let (way, fault) =
        if is_refusal { (plain(vendor, behavior)?, true) } else { (catalogue.way(behavior)?, false) };
    let reading = behavior.reading().filter(|_| !fault).map(|reading| reading.replacen(": ", "=", 1));
    let world = world(way, reading.as_deref(), vendors).unwrap_or_else(|invalid| panic!("{invalid}"));
    let mut script = Script { vendor, world: &world, url, text: String::new() };
    if fault {
        script.inject(behavior);
    }
    way.steps.iter().try_for_each(|step| script.step(step))?;
    let mut server = vec![];
    if way.scenario != "documented" || !way.more.is_empty() {
        server.push(format!("--scenario {}", way.scenario));
    }
    if !way.more.is_empty() {
        server.push("--scenario more.yaml".to_owned());
    }
    server.extend(reading.map(|reading| format!("--readings {reading}")));
    let more = (!way.more.is_empty()).then(|| format!("callmock: 1\n{}", way.more));
    Some(How { server: server.join(" "), more, script: script.text })
}

/// The way whose request gets an injected refusal: the way of the operation's first success. If the
/// operation is unknown, the vendor's first operation is used. A refusal about one signature style
/// needs a request signed in that style.
fn plain(vendor: &dyn Vendor, refusal: &Behavior) -> Option<&'static Way> {
    let catalogue = vendor.catalogue();
    let style = catalogue.features.iter().find(|feature| {
        let style = feature.last_segment().rsplit('_').next().unwrap_or_default();
        refusal.last_segment().ends_with(&format!("_{style}")) && feature.last_segment().starts_with("signed")
    });
    if let Some(style) = style {
        return catalogue.way(style);
    }
    let own = |behavior: &&&Behavior| behavior.status.is_some() && behavior.reading().is_none();
    let operation = catalogue.operations.iter().find(|operation| operation.id == refusal.operation());
    let operation = operation.or(catalogue.operations.first())?;
    let branch: Vec<&str> = refusal.id.split('.').collect();
    // A refusal that belongs to a branch of an operation needs a request of that branch.
    let branch = branch[..branch.len() - 1].join(".") + ".";
    let mut successes = operation.behaviors.iter().filter(own);
    let found =
        successes.clone().find(|success| success.id.starts_with(&branch)).or_else(|| successes.next())?;
    catalogue.way(found)
}

/// A world in which a way works.
fn world(way: &Way, reading: Option<&str>, vendors: &[&'static dyn Vendor]) -> Result<World, Invalid> {
    let catalogues = || vendors.iter().map(|vendor| vendor.catalogue());
    let mut sources: Vec<Source> = embedded(way.scenario).into_iter().collect();
    if !way.more.is_empty() {
        let text = format!("callmock: 1\n{}", way.more);
        sources.push(Source::Text { name: "more.yaml".into(), text: text.into() });
    }
    let options = LoadOptions { sources, catalogues: catalogues().collect(), ..LoadOptions::default() };
    let mut library = Library::open(options)?;
    if let Some((id, option)) = reading.and_then(|reading| reading.split_once('=')) {
        let mut readings = library.own().readings.clone();
        // An unknown reading is ignored. The test suite then fails, because another behavior is
        // met.
        if readings.choose(catalogues().flat_map(|c| c.readings.iter().copied()), id, option).is_ok() {
            library = library.with_readings(readings);
        }
    }
    let worlds = Worlds::new(library.own(), Limits::default());
    Ok(worlds.default_slot().world().as_it_began())
}

struct Script<'a> {
    vendor: &'static dyn Vendor,
    world: &'a World,
    url: &'a str,
    text: String,
}

impl Script<'_> {
    /// Adds the command that injects a refusal into the next request.
    fn inject(&mut self, refusal: &Behavior) {
        let operation = match refusal.operation() {
            "any" => String::new(),
            operation => format!("\"operation\":\"{operation}\","),
        };
        let fault = format!(
            "{{\"vendor\":\"{}\",{operation}\"times\":1,\"do\":{{\"error\":\"{}\"}}}}",
            refusal.vendor(),
            refusal.id
        );
        let _ = writeln!(self.text, "curl -s '{}/_mock/faults' --data {}", self.url, quoted(&fault));
    }

    /// Adds the command of a step. None if the vendor has no credential to send it with.
    fn step(&mut self, step: &Step) -> Option<()> {
        let line = match step {
            Step::Send(request) => self.command(request)?,
            Step::Fetch(request) => self.command(request)? + " -o /dev/null",
            Step::Keep { filter, request } => {
                format!("kept=$({} | jq -r {})", self.command(request)?, quoted(filter))
            }
        };
        let _ = writeln!(self.text, "{line}");
        Some(())
    }

    fn command(&self, request: &str) -> Option<String> {
        let sketch = Sketch::read(request);
        let line = match sketch.target.as_str() {
            "{kept}" => sketch.curl("", &[]),
            target if target.starts_with("/_mock/") => sketch.curl(self.url, &[]),
            _ => self.vendor.curl(self.world, self.url, &sketch)?,
        };
        // The kept value is the shell's, between two quoted parts.
        Some(line.replace("{kept}", "'\"$kept\"'"))
    }
}
