//! A team's own table of calls held against the truth: each value exact, coarser because the vendor
//! tells no more, absent because it tells nothing, or a mistake.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::nearest::did_you_mean;
use crate::vendor::{Field, Neutral, Precision, Tells, Vendor};

/// A row of a team's table.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: usize,
    /// Where the team has it from.
    pub vendor: String,
    /// The call's id there.
    pub id: String,
    values: Map<String, Value>,
}

/// What a table comes to.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// How many calls each vendor shows, and how many of them the table has.
    pub calls: BTreeMap<String, Calls>,
    /// How the values of each vendor's rows stand, by field.
    pub fields: BTreeMap<String, BTreeMap<&'static str, Tally>>,
    /// What is wrong.
    pub mistakes: Vec<Mistake>,
    /// The vendors of which the table has no row, and how many calls they show.
    pub not_compared: BTreeMap<String, usize>,
}

/// How many calls.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// The vendor shows.
    pub shown: usize,
    /// The table has of them.
    pub got: usize,
}

/// The values of a field, counted by what they come to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// As they are.
    pub exact: usize,
    /// As fine as the vendor tells them.
    pub coarser: usize,
    /// Not there, for the vendor tells nothing.
    pub absent: usize,
    /// Something else.
    pub wrong: usize,
    /// Not there, though the vendor tells them.
    pub missing: usize,
    /// There, though the vendor tells nothing.
    pub invented: usize,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// `wrong`, `missing`, `invented`, `missing_call`, `invented_call` or `repeated_call`.
    pub kind: &'static str,
    /// The row's line, where there is a row.
    pub line: Option<usize>,
    /// Whose call.
    pub vendor: String,
    /// Its id there.
    pub id: String,
    /// Which field, where it is one.
    pub field: Option<&'static str>,
    /// In words.
    pub message: String,
}

/// Reads rows, one JSON object a line: `vendor`, `id`, and any of the fields.
///
/// # Errors
/// The first line that is not one, with what to write instead.
pub fn read(text: &str, vendors: &[&str]) -> Result<Vec<Row>, String> {
    let mut rows = vec![];
    // Some programs begin a file with a mark of its encoding.
    let text = text.trim_start_matches('\u{feff}');
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line_number = n + 1;
        let wrong = |message: String| format!("line {line_number}: {message}");
        let value: Value =
            serde_json::from_str(line).map_err(|error| wrong(format!("not a JSON object: {error}")))?;
        let Value::Object(mut values) = value else {
            return Err(wrong("expected a JSON object, one call a line".to_owned()));
        };
        let mut text = |name: &str| match values.remove(name) {
            Some(Value::String(text)) => Ok(text),
            Some(Value::Number(number)) if name == "id" => Ok(number.to_string()),
            _ => Err(wrong(format!("`{name}` is missing, or not a text"))),
        };
        let (vendor, id) = (text("vendor")?, text("id")?);
        if !vendors.contains(&vendor.as_str()) {
            let near = did_you_mean(&vendor, vendors.iter().copied());
            return Err(wrong(format!(
                "there is no vendor `{vendor}`{near}; there are {}",
                vendors.join(", ")
            )));
        }
        let known = || Field::ALL.iter().map(|field| field.name());
        if let Some(name) = values.keys().find(|name| !known().any(|known| known == name.as_str())) {
            let near = did_you_mean(name, known());
            let known: Vec<&str> = known().collect();
            return Err(wrong(format!(
                "unknown field `{name}`{near}; known besides `vendor` and `id`: {}",
                known.join(", ")
            )));
        }
        for (name, value) in &values {
            let field = Field::ALL.iter().find(|field| field.name() == name);
            if let Some(message) = field.and_then(|field| mistyped(*field, value)) {
                return Err(wrong(format!("`{name}`: {message}")));
            }
        }
        rows.push(Row { line: line_number, vendor, id, values });
    }
    if rows.is_empty() {
        return Err(
            "line 1: there is no row: expected a JSON object a line, with `vendor` and `id`".to_owned()
        );
    }
    Ok(rows)
}

/// What is wrong with the kind of a value; null is of every kind.
fn mistyped(field: Field, value: &Value) -> Option<String> {
    let wrong = |expected: &str| Some(format!("expected {expected} or null, not {value}"));
    match field {
        _ if value.is_null() => None,
        Field::At | Field::AnsweredAt | Field::EndedAt => {
            if moment(value).is_some() {
                None
            } else {
                wrong("an RFC 3339 time with its offset, as a text,")
            }
        }
        Field::Dial
        | Field::Ivr
        | Field::Wait
        | Field::Ring
        | Field::Talk
        | Field::Hold
        | Field::RecordingDuration => {
            if value.is_number() {
                None
            } else {
                wrong("a number of seconds")
            }
        }
        Field::RatingScore => {
            if value.is_number() {
                None
            } else {
                wrong("a number")
            }
        }
        _ => {
            if value.is_string() || value.is_number() {
                None
            } else {
                wrong("a text")
            }
        }
    }
}

/// Holds rows against the truth. Only the fields that some row of a vendor has are looked at: a
/// table need not have them all. Nor need it have every vendor's calls, but for those that are
/// `required`.
pub fn diff(truth: &[Neutral], rows: &[Row], vendors: &[&'static dyn Vendor], required: &[String]) -> Diff {
    let mut diff = Diff::default();
    for vendor in vendors {
        let name = vendor.catalogue().vendor;
        let of_vendor: Vec<&Row> = rows.iter().filter(|row| row.vendor == name).collect();
        let held = VendorCalls::new(*vendor, truth);
        if of_vendor.is_empty() && !required.iter().any(|required| required == name) {
            if !held.shown.is_empty() {
                diff.not_compared.insert(name.to_owned(), held.shown.len());
            }
            continue;
        }
        let columns = Field::ALL.iter().copied();
        let columns: BTreeSet<Field> = columns
            .filter(|field| of_vendor.iter().any(|row| row.values.contains_key(field.name())))
            .collect();
        held.hold(&of_vendor, &columns, &mut diff);
    }
    diff
}

/// One vendor's calls, and what its own ids stand for so far.
struct VendorCalls<'a> {
    vendor: &'static dyn Vendor,
    name: &'static str,
    shown: BTreeMap<&'a str, &'a Neutral>,
    by_id: HashMap<&'a str, &'a Neutral>,
    /// What the rows call somebody, and who that is in most of them.
    named: HashMap<(Field, String), String>,
    /// The other way round.
    names: HashMap<(Field, String), String>,
}

/// The fields that a vendor may tell by its own ids.
const NAMED: [Field; 3] = [Field::Agent, Field::Customer, Field::Queue];

impl<'a> VendorCalls<'a> {
    fn new(vendor: &'static dyn Vendor, truth: &'a [Neutral]) -> Self {
        let name = vendor.catalogue().vendor;
        let shown = truth.iter().filter_map(|call| {
            let id = call.ids.get(name)?.as_str()?;
            vendor.shows(call).then_some((id, call))
        });
        Self {
            vendor,
            name,
            shown: shown.collect(),
            by_id: truth.iter().map(|call| (call.id.as_str(), call)).collect(),
            named: HashMap::new(),
            names: HashMap::new(),
        }
    }

    fn hold(mut self, rows: &[&Row], columns: &BTreeSet<Field>, diff: &mut Diff) {
        self.learn_names(rows);
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for row in rows {
            let mut mistake = |kind, message| {
                let (vendor, id) = (row.vendor.clone(), row.id.clone());
                diff.mistakes.push(Mistake { kind, line: Some(row.line), vendor, id, field: None, message });
            };
            let Some(call) = self.shown.get(row.id.as_str()).copied() else {
                mistake("invented_call", format!("{} shows no call of this id", self.name));
                continue;
            };
            if let Some(first) = seen.insert(&row.id, row.line) {
                mistake("repeated_call", format!("it stands in line {first} already"));
                continue;
            }
            for field in columns {
                let got = row.values.get(field.name()).unwrap_or(&Value::Null);
                let tally = diff.fields.entry(self.name.to_owned()).or_default();
                let tally = tally.entry(field.name()).or_default();
                let (kind, message) = match self.judge(call, *field, got) {
                    Judged::Exact => {
                        tally.exact += 1;
                        continue;
                    }
                    Judged::Coarser => {
                        tally.coarser += 1;
                        continue;
                    }
                    Judged::Absent => {
                        tally.absent += 1;
                        continue;
                    }
                    Judged::Wrong(message) => {
                        tally.wrong += 1;
                        ("wrong", message)
                    }
                    Judged::Missing(message) => {
                        tally.missing += 1;
                        ("missing", message)
                    }
                    Judged::Invented => {
                        tally.invented += 1;
                        let message = format!("{got}, but {} does not tell it of this call", self.name);
                        ("invented", message)
                    }
                };
                let (vendor, id) = (row.vendor.clone(), row.id.clone());
                let field = Some(field.name());
                diff.mistakes.push(Mistake { kind, line: Some(row.line), vendor, id, field, message });
            }
        }
        for (id, call) in self.shown.iter().filter(|(id, _)| !seen.contains_key(*id)) {
            let (vendor, id) = (self.name.to_owned(), (*id).to_owned());
            let message = format!("no row has it (call {} of {})", call.id, call.at.to_rfc3339());
            diff.mistakes.push(Mistake {
                kind: "missing_call",
                line: None,
                vendor,
                id,
                field: None,
                message,
            });
        }
        let calls = Calls { shown: self.shown.len(), got: seen.len() };
        diff.calls.insert(self.name.to_owned(), calls);
    }

    fn judge(&self, call: &Neutral, field: Field, got: &Value) -> Judged {
        let truth = value(call, field);
        let duration =
            matches!(field, Field::Dial | Field::Ivr | Field::Wait | Field::Ring | Field::Talk | Field::Hold);
        // No time spent is written as 0 or as nothing.
        let zero = |value: &Value| value.as_f64() == Some(0.0);
        let none = |value: &Value| value.is_null() || duration && zero(value);
        let told = match self.vendor.tells(call, field) {
            // A call that belongs to one which this vendor does not show stands alone here.
            _ if field == Field::Parent && self.parent(call).is_none() && !truth.is_null() => Tells::Nothing,
            told => told,
        };
        if told == Tells::Nothing {
            return if got.is_null() || (duration && zero(got) && zero(&truth)) {
                Judged::Absent
            } else {
                Judged::Invented
            };
        }
        match (none(&truth), none(got)) {
            (true, true) => return Judged::Exact,
            (true, false) => return Judged::Wrong(format!("{got}, but there is none")),
            (false, true) => return Judged::Missing(format!("null, but it is {truth}")),
            (false, false) => {}
        }
        let wrong = |expected: &Value| Judged::Wrong(format!("{got}, but it is {expected}"));
        match told {
            Tells::Nothing => Judged::Invented,
            Tells::Exactly if same(field, got, &truth) => Judged::Exact,
            Tells::Exactly => wrong(&truth),
            Tells::To(precisions) => match (moment(got), moment(&truth)) {
                (Some(got), Some(truth)) if precisions.iter().any(|to| to.cut(truth) == got) => {
                    if got == truth { Judged::Exact } else { Judged::Coarser }
                }
                (_, Some(truth)) => wrong(&json!(precisions.first().map(|to| to.cut(truth)))),
                (_, None) => wrong(&truth),
            },
            Tells::About(precision) => match (moment(got), moment(&truth)) {
                (Some(got), Some(truth)) if got == truth => Judged::Exact,
                (Some(got), Some(truth)) if near(got, truth, precision) => Judged::Coarser,
                _ => wrong(&truth),
            },
            Tells::As(word) if got == word => Judged::Coarser,
            Tells::As(word) => wrong(&json!(word)),
            Tells::ByItsOwnId => self.named(call, field, got, &truth),
        }
    }

    /// Learns who is meant by what the rows call somebody: whom most of them mean, so that one
    /// wrong row does not make the right ones wrong.
    fn learn_names(&mut self, rows: &[&Row]) {
        let mut pairs: HashMap<(Field, String, String), usize> = HashMap::new();
        for row in rows {
            let Some(call) = self.shown.get(row.id.as_str()) else { continue };
            for field in NAMED {
                let (got, truth) = (row.values.get(field.name()), value(call, field));
                if let Some(got) = got.filter(|got| !got.is_null() && !truth.is_null()) {
                    *pairs.entry((field, plain(got), plain(&truth))).or_default() += 1;
                }
            }
        }
        let mut pairs: Vec<((Field, String, String), usize)> = pairs.into_iter().collect();
        pairs.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        for ((field, got, truth), _) in pairs {
            self.named.entry((field, got.clone())).or_insert_with(|| truth.clone());
            self.names.entry((field, truth)).or_insert(got);
        }
    }

    /// The id here of the call that another belongs to.
    fn parent(&self, call: &Neutral) -> Option<&'a str> {
        let parent = self.by_id.get(call.parent.as_deref()?)?;
        parent.ids.get(self.name)?.as_str()
    }

    /// One name for one person, and one person for one name; a call that another belongs to is
    /// named by its id.
    fn named(&self, call: &Neutral, field: Field, got: &Value, truth: &Value) -> Judged {
        let (got, truth) = (plain(got), plain(truth));
        if field == Field::Parent {
            return match self.parent(call) {
                Some(id) if got == id => Judged::Coarser,
                Some(_) if got == truth => Judged::Exact,
                Some(id) => Judged::Wrong(format!("{got:?}, but it is {id:?}")),
                None => Judged::Invented,
            };
        }
        let is = self.named.get(&(field, got.clone()));
        let called = self.names.get(&(field, truth.clone()));
        let kind = field.name();
        match (is, called) {
            (Some(is), _) if *is != truth => Judged::Wrong(format!(
                "{got:?}, but that is the {kind} {is:?} elsewhere, and call {} has {truth:?}",
                call.id
            )),
            (_, Some(called)) if *called != got => {
                Judged::Wrong(format!("{got:?}, but the {kind} {truth:?} is called {called:?} elsewhere"))
            }
            _ if got == truth => Judged::Exact,
            _ => Judged::Coarser,
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// How one value stands.
enum Judged {
    Exact,
    Coarser,
    Absent,
    Wrong(String),
    Missing(String),
    Invented,
}

fn value(call: &Neutral, field: Field) -> Value {
    let recording = call.recording.as_ref();
    let rating = call.rating.as_ref();
    match field {
        Field::Direction => json!(call.direction),
        Field::From => json!(call.from),
        Field::To => json!(call.to),
        Field::At => json!(call.at),
        Field::AnsweredAt => json!(call.answered_at),
        Field::EndedAt => json!(call.ended_at),
        Field::Dial => json!(call.dial),
        Field::Ivr => json!(call.ivr),
        Field::Wait => json!(call.wait),
        Field::Ring => json!(call.ring),
        Field::Talk => json!(call.talk),
        Field::Hold => json!(call.hold),
        Field::Outcome => json!(call.outcome),
        Field::Agent => json!(call.agent),
        Field::Customer => json!(call.customer),
        Field::Queue => json!(call.queue),
        Field::Parent => json!(call.parent),
        Field::RecordingUrl => json!(recording.and_then(|recording| recording.url.as_deref())),
        Field::RecordingDuration => json!(recording.map(|recording| recording.duration)),
        Field::RatingScore => json!(rating.map(|rating| rating.score)),
        Field::RatingLabel => json!(rating.and_then(|rating| rating.label.as_deref())),
        Field::RatingChannel => json!(rating.and_then(|rating| rating.channel)),
    }
}

/// Whether two values are the same: numbers of telephones however they are spaced, seconds as
/// numbers.
fn same(field: Field, got: &Value, truth: &Value) -> bool {
    match (field, got.as_str(), truth.as_str()) {
        (Field::From | Field::To, Some(got), Some(truth)) => {
            let bare = |text: &str| text.chars().filter(|c| !" -().".contains(*c)).collect::<String>();
            bare(got) == bare(truth)
        }
        _ => match (got.as_f64(), truth.as_f64()) {
            (Some(got), Some(truth)) => (got - truth).abs() < f64::EPSILON,
            _ => got == truth,
        },
    }
}

fn moment(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|at| at.to_utc())
}

/// Within two units: one is lost by each of the times that it follows from.
fn near(got: DateTime<Utc>, truth: DateTime<Utc>, precision: Precision) -> bool {
    (got - truth).abs() < TimeDelta::milliseconds(2 * precision.millis())
}

impl Diff {
    /// For people: a table a vendor, then the mistakes, of each kind about each field no more than
    /// some.
    #[must_use]
    pub fn text(&self, most: usize) -> String {
        let mut text = String::new();
        for (vendor, calls) in &self.calls {
            let _ = writeln!(text, "{vendor}: {} of {} calls", calls.got, calls.shown);
            let fields = self.fields.get(vendor);
            if fields.is_some() {
                let _ = writeln!(
                    text,
                    "  {:18} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8}",
                    "", "exact", "coarser", "absent", "wrong", "missing", "invented"
                );
            }
            for (field, tally) in fields.into_iter().flatten() {
                let Tally { exact, coarser, absent, wrong, missing, invented } = tally;
                let _ = writeln!(
                    text,
                    "  {field:18} {exact:>7} {coarser:>7} {absent:>7} {wrong:>7} {missing:>7} {invented:>8}"
                );
            }
        }
        for (vendor, shown) in &self.not_compared {
            let _ = writeln!(
                text,
                "{vendor}: 0 of {shown} calls, not compared (--vendor {vendor} requires them)"
            );
        }
        let mut printed: BTreeMap<(&str, &str, Option<&str>), usize> = BTreeMap::new();
        for Mistake { kind, line, vendor, id, field, message } in &self.mistakes {
            let so_far = printed.entry((kind, vendor, *field)).or_default();
            *so_far += 1;
            if *so_far > most {
                continue;
            }
            let line = line.map_or_else(String::new, |line| format!("line {line}: "));
            let field = field.map_or_else(String::new, |field| format!(" `{field}`"));
            let kind = kind.replace('_', " ");
            let _ = writeln!(text, "{line}{kind}: {vendor} {id}{field}: {message}");
        }
        for ((kind, vendor, field), count) in printed.into_iter().filter(|(_, count)| *count > most) {
            let field = field.map_or_else(String::new, |field| format!(" `{field}`"));
            let (kind, more) = (kind.replace('_', " "), count - most);
            let _ = writeln!(text, "{kind}: {vendor}{field}: {more} more like these (--all prints them)");
        }
        let _ = match self.mistakes.len() {
            0 => writeln!(text, "no mistakes"),
            1 => writeln!(text, "1 mistake"),
            n => writeln!(text, "{n} mistakes"),
        };
        text
    }
}
