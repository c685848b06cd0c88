//! Compares rows with the calls that a vendor shows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::diff::{Calls, Diff, Discrepancy, Facts};
use super::rows::{Row, moment, naive};
use super::uniform;
use crate::times::Zone;
use crate::vendor::recording::Recording;
use crate::vendor::{Field, Neutral, Precision, Tells, Vendor};

/// A period of time: calls that began in it are compared, and no others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Period {
    /// The beginning, which belongs to the period.
    pub from: Option<DateTime<Utc>>,
    /// The end, which does not belong to it.
    pub to: Option<DateTime<Utc>>,
}

impl Period {
    fn has(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

/// Compares rows with the true calls. Fields that no row of a vendor has are not compared, because
/// a table need not have all fields. A vendor without rows is not compared, unless it is
/// `required`.
///
/// With a period, rows of other calls are not compared either: neither those of a call that the
/// vendor shows, nor those that say another time.
pub fn diff(
    truth: &[Neutral],
    rows: &[Row],
    vendors: &[&'static dyn Vendor],
    required: &[String],
    period: Period,
) -> Diff {
    let mut diff = Diff::default();
    for vendor in vendors {
        let name = vendor.catalogue().vendor;
        let mut held = VendorCalls::new(*vendor, truth);
        let began = |row: &&Row| {
            let call = held.shown.get(row.id.as_str()).map(|call| call.at);
            call.or_else(|| moment(row.values.get(Field::At.name())?)).is_none_or(|at| period.has(at))
        };
        let of_vendor: Vec<&Row> = rows.iter().filter(|row| row.vendor == name).filter(began).collect();
        held.shown.retain(|_, call| period.has(call.at));
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
    diff.uniform = uniform::of(&diff);
    diff
}

impl Facts {
    /// The facts by which a wrong value is found to be like others.
    fn of(call: &Neutral, field: Field, got: &Value) -> Self {
        // A hash is like no other value, and takes the whole file to compute.
        let is_like = |other: &&Field| **other != field && **other != Field::RecordingSha256;
        let others = Field::ALL.iter().filter(is_like).filter(|_| !got.is_null());
        let of_others = others.filter(|other| same(**other, got, &value(call, **other)));
        let of_others = of_others.map(|other| other.name()).collect();
        Self { values: Some((got.clone(), value(call, field))), of_others, began: None }
    }
}

/// One vendor's calls, and the names that the rows use for agents, customers and queues.
struct VendorCalls<'a> {
    vendor: &'static dyn Vendor,
    name: &'static str,
    shown: BTreeMap<&'a str, &'a Neutral>,
    by_id: HashMap<&'a str, &'a Neutral>,
    /// By field and the name in the rows: the scenario's id that it stands for in most rows.
    named: HashMap<(Field, String), String>,
    /// By field and the scenario's id: the name in the rows.
    names: HashMap<(Field, String), String>,
}

/// The fields whose values may be the vendor's own ids.
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
                diff.mistakes.push(Discrepancy {
                    kind,
                    line: Some(row.line),
                    vendor,
                    id,
                    field: None,
                    message,
                    facts: Facts::default(),
                });
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
                let (kind, message) = match self.told(call, *field, got, row.zone) {
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
                    Judged::Naive(message) => {
                        tally.wrong += 1;
                        ("naive", message)
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
                let facts = Facts::of(call, *field, got);
                let field = Some(field.name());
                let line = Some(row.line);
                diff.mistakes.push(Discrepancy { kind, line, vendor, id, field, message, facts });
            }
        }
        for (id, call) in self.shown.iter().filter(|(id, _)| !seen.contains_key(*id)) {
            let (vendor, id) = (self.name.to_owned(), (*id).to_owned());
            let message = format!("no row has it (call {} of {})", call.id, call.at.to_rfc3339());
            diff.mistakes.push(Discrepancy {
                kind: "missing_call",
                line: None,
                vendor,
                id,
                field: None,
                message,
                facts: Facts { began: Some(call.at), ..Facts::default() },
            });
        }
        let began = || seen.keys().filter_map(|id| Some(self.shown.get(*id)?.at));
        if let (Some(first), Some(last)) = (began().min(), began().max()) {
            diff.kept.insert(self.name.to_owned(), (first, last));
        }
        let calls = Calls { shown: self.shown.len(), got: seen.len() };
        diff.calls.insert(self.name.to_owned(), calls);
    }

    /// Judges a value. A time without an offset is a mistake of its own. It is read in the team's
    /// zone, or else in the vendor's, so that a second mistake is told, too.
    fn told(&self, call: &Neutral, field: Field, got: &Value, zone: Option<Zone>) -> Judged {
        let is_time = matches!(field, Field::At | Field::AnsweredAt | Field::EndedAt);
        let Some(naive) = naive(got).filter(|_| is_time) else { return self.judge(call, field, got) };
        let zone = zone.unwrap_or_else(|| Zone::Offset(self.vendor.offset()));
        let Some(read) = zone.with_offset(naive) else { return self.judge(call, field, got) };
        let read = json!(read.to_rfc3339());
        match self.judge(call, field, &read) {
            Judged::Exact | Judged::Coarser => {
                Judged::Naive(format!("{got} has no offset from UTC; write {read}, or in UTC with `Z`"))
            }
            Judged::Wrong(why) => {
                Judged::Naive(format!("{got} has no offset from UTC; read as {read} it is wrong, too: {why}"))
            }
            other => other,
        }
    }

    fn judge(&self, call: &Neutral, field: Field, got: &Value) -> Judged {
        let truth = value(call, field);
        let duration =
            matches!(field, Field::Dial | Field::Ivr | Field::Wait | Field::Ring | Field::Talk | Field::Hold);
        // A duration of zero may be written as 0 or null.
        let zero = |value: &Value| value.as_f64() == Some(0.0);
        let none = |value: &Value| value.is_null() || duration && zero(value);
        let told = match self.vendor.tells(call, field) {
            // If this vendor does not show the parent of a call, the call has no parent here.
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
        if told == Tells::Own {
            // A vendor that tells an address of its own has told one.
            return match none(got) {
                true if field == Field::RecordingUrl => {
                    Judged::Missing("null, but there is a recording with an address".to_owned())
                }
                true => Judged::Absent,
                false => Judged::Coarser,
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
            Tells::Nothing | Tells::Own => Judged::Invented,
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

    /// Learns the names that rows use. Each name stands for the agent, customer or queue that it
    /// has in most rows, so that one wrong row does not make the right ones wrong.
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

    /// The id at this vendor of a call's parent.
    fn parent(&self, call: &Neutral) -> Option<&'a str> {
        let parent = self.by_id.get(call.parent.as_deref()?)?;
        parent.ids.get(self.name)?.as_str()
    }

    /// Compares names: each name must stand for one person or queue, and the reverse. A parent is
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

/// The result of comparing one value.
enum Judged {
    Exact,
    Coarser,
    Absent,
    Wrong(String),
    Naive(String),
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
        Field::RecordingBytes => json!(recording.and_then(|recording| recording.bytes)),
        Field::RecordingSha256 => {
            let file = recording.and_then(|r| Recording::of_key(r.tones.as_deref()?, r.bytes?));
            json!(file.map(|file| file.sha256()))
        }
        Field::RatingScore => json!(rating.map(|rating| rating.score)),
        Field::RatingLabel => json!(rating.and_then(|rating| rating.label.as_deref())),
        Field::RatingChannel => json!(rating.and_then(|rating| rating.channel)),
    }
}

/// Whether two values are equal. Telephone numbers may be spaced differently, and durations are
/// compared as numbers.
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

/// Whether two times differ by less than two units. Each of the two times that the value is derived
/// from can lose up to one unit.
fn near(got: DateTime<Utc>, truth: DateTime<Utc>, precision: Precision) -> bool {
    (got - truth).abs() < TimeDelta::milliseconds(2 * precision.millis())
}
