//! The banner that `serve` prints on a terminal: the page's address, the scenario, and a line for
//! each vendor.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

use crate::exchange::App;
use crate::version::VERSION;

/// The colours of the vendors' names, in the order of the list, from the palette of 256.
const COLOURS: [u8; 4] = [32, 166, 36, 133];

/// Whether standard error is a terminal.
pub fn is_wanted() -> bool {
    std::io::stderr().is_terminal()
}

/// Whether standard error shows colours: a terminal does, unless `NO_COLOR` forbids them.
pub fn in_colour() -> bool {
    is_wanted() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}

/// Says where everything is. `base` is the server's URL.
pub fn show(app: &App, base: &str) {
    let text = text(app, base, in_colour());
    // A terminal that is gone is told nothing.
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
}

fn text(app: &App, base: &str, in_colour: bool) -> String {
    let paint = |code: &str, text: &str| {
        if in_colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    };
    let world = app.worlds.default_slot().world();
    let title = world.scenario().title.as_deref().unwrap_or("without a title");
    let calls = world.universe().len();
    let mut text = String::new();
    let _ = writeln!(text, "\n{} {}", paint("1", "callmock"), VERSION);
    let _ = writeln!(text, "  {:<9} {}", "page", paint("4", &format!("{base}/_mock/ui")));
    let _ = writeln!(text, "  {:<9} {title} ({calls} calls)", "scenario");
    for (vendor, colour) in app.vendors.iter().zip(COLOURS.into_iter().cycle()) {
        let name = paint(&format!("38;5;{colour}"), &format!("{:<9}", vendor.name()));
        let catalogue = vendor.catalogue();
        let first = catalogue.operations.first();
        let first = first.map_or_else(String::new, |first| format!("{} {}", first.method(), first.path()));
        let _ = writeln!(text, "  {name} {first}, {}", catalogue.product);
    }
    text.push('\n');
    text
}
