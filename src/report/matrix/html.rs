//! A matrix as one self-contained HTML page: a row for each fault of an operation and a column for
//! each place in the client's requests, and a list of the other runs.

use std::collections::{BTreeMap, BTreeSet};

use maud::{DOCTYPE, Markup, html};

use super::{Axis, Cell, LeftOut, Matrix};
use crate::report::html::head;

impl Matrix {
    /// The report as an HTML page.
    #[must_use]
    pub fn html(&self) -> String {
        let of = |axis| self.cells.iter().filter(move |cell: &&Cell| cell.axis == axis).collect::<Vec<_>>();
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                (head(&format!("Matrix: {}", self.summary()), OWN))
                body {
                    h1 { "Matrix" }
                    p.dim { code { (self.command) } }
                    p.big { (self.summary()) }
                    p { (self.runs) " runs." }
                    @for LeftOut { count, why } in &self.left_out {
                        p.dim { (count) " left out: " (why) "." }
                    }
                    @for (operation, rows) in by_operation(&of(Axis::Faults)) {
                        h2 { (operation) }
                        (grid(&rows))
                    }
                    @for axis in [Axis::Readings, Axis::Data] {
                        @let cells = of(axis);
                        @if !cells.is_empty() {
                            h2 { (axis.name()) }
                            (list(&cells))
                        }
                    }
                    @let told: Vec<&Cell> = of(Axis::Faults).into_iter().filter(|cell| cell.red).collect();
                    @if !told.is_empty() {
                        h2 { "What went wrong" }
                        (list(&told))
                    }
                }
            }
        };
        page.into_string()
    }
}

/// The rows of an operation: the fault, and the cell of each place.
type Rows<'a> = BTreeMap<String, BTreeMap<String, &'a Cell>>;

fn by_operation<'a>(cells: &[&'a Cell]) -> BTreeMap<String, Rows<'a>> {
    let mut operations: BTreeMap<String, Rows<'a>> = BTreeMap::new();
    for cell in cells {
        let (what, place) = cell.cell.split_once('@').unwrap_or((&cell.cell, ""));
        let (operation, fault) = what.split_once('/').unwrap_or((what, ""));
        let rows = operations.entry(operation.to_owned()).or_default();
        rows.entry(fault.to_owned()).or_default().insert(place.to_owned(), cell);
    }
    operations
}

/// The places in the order of a walk.
const PLACES: [&str; 7] =
    ["first", "first,lasting", "middle", "middle,lasting", "last", "last,lasting", "only"];

fn grid(rows: &Rows<'_>) -> Markup {
    let there: BTreeSet<&str> = rows.values().flat_map(BTreeMap::keys).map(String::as_str).collect();
    let places: Vec<&str> = PLACES.into_iter().filter(|place| there.contains(place)).collect();
    html! {
        table.matrix {
            tr { th { "fault" } @for place in &places { th { (place) } } }
            @for (fault, cells) in rows {
                tr {
                    th scope="row" { (fault) }
                    @for place in &places {
                        @match cells.get(*place) {
                            Some(cell) => (one(cell)),
                            None => td {},
                        }
                    }
                }
            }
        }
    }
}

fn one(cell: &Cell) -> Markup {
    html! {
        td class=(cell.verdict.name()) title=(cell.detail.as_deref().unwrap_or_default()) {
            (cell.verdict.words())
            @if cell.code != 0 { " (" (cell.code) ")" }
        }
    }
}

fn list(cells: &[&Cell]) -> Markup {
    html! {
        table {
            tr { th { "run" } th { "verdict" } th { "what was seen" } }
            @for cell in cells {
                tr {
                    td { code { (cell.cell) } }
                    (one(cell))
                    td {
                        (cell.detail.as_deref().unwrap_or_default())
                        @if !cell.output.is_empty() { pre { (cell.output.join("\n")) } }
                    }
                }
            }
        }
    }
}

/// The style of the cells, beside the style of all reports.
const OWN: &str = "
.matrix td { text-align: center; font-size: .85em; }
td.survived { color: var(--h4); }
td.failed-loudly { color: var(--dim); }
td.hammered, td.hung, td.wrong-loudly { font-weight: 600; }
td.wrong-quietly { background: var(--red); color: var(--paper); font-weight: 600; }
";
