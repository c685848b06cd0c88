//! A text as a tree. An alias shares the node that it names, so that nothing is copied before its
//! size is known.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Span};

use super::mistake::Mistake;

/// The bounds of a text.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The most values.
    pub values: u64,
    /// The most bytes that aliases may add when they are expanded.
    pub aliases: u64,
}

impl Bounds {
    /// The bounds of the user's own files, which may be large.
    pub const OWN: Self = Self { values: 100_000_000, aliases: 48 << 20 };
    /// The bounds of texts that come over HTTP.
    pub const FOREIGN: Self = Self { values: 3_000_000, aliases: 4 << 20 };
}

/// The deepest nesting of lists and mappings.
const DEPTH: usize = 200;

/// A value with its place.
#[derive(Debug)]
pub struct Node<'t> {
    pub kind: Kind<'t>,
    pub line: u64,
    pub column: u64,
    /// The approximate size in bytes, with all aliases expanded.
    pub weight: u64,
    /// The depth of the lists and mappings nested in it.
    height: usize,
}

impl<'t> Node<'t> {
    /// A value at a place. A list or a mapping is weighed with all that it has.
    pub fn of(kind: Kind<'t>, line: u64, column: u64) -> Self {
        let weight = match &kind {
            Kind::Scalar(scalar) => VALUE + scalar.text.len() as u64,
            Kind::List(items) => weight_of(items.iter()),
            Kind::Map(pairs) => weight_of(pairs.iter().flat_map(|(key, value)| [key, value])),
        };
        let height = match &kind {
            Kind::Scalar(_) => 0,
            Kind::List(_) | Kind::Map(_) => 1 + height_of(&kind),
        };
        Self { kind, line, column, weight, height }
    }
}

/// The weight of a list or a mapping of some values.
fn weight_of<'v, 't: 'v>(values: impl Iterator<Item = &'v Rc<Node<'t>>>) -> u64 {
    values.map(|value| value.weight).fold(VALUE, u64::saturating_add)
}

/// The address of a value. It distinguishes values that have the same text.
pub fn address(node: &Node<'_>) -> usize {
    std::ptr::from_ref(node).addr()
}

#[derive(Debug)]
pub enum Kind<'t> {
    Scalar(Scalar<'t>),
    List(Vec<Rc<Node<'t>>>),
    Map(Vec<(Rc<Node<'t>>, Rc<Node<'t>>)>),
}

#[derive(Debug)]
pub struct Scalar<'t> {
    pub text: Cow<'t, str>,
    /// Whether the scalar may be of another type than text: it has no quotes, and no tag says that
    /// it is a text.
    pub plain: bool,
}

impl Scalar<'_> {
    /// Whether the scalar is null.
    pub fn is_null(&self) -> bool {
        self.plain && matches!(&*self.text, "" | "~" | "null" | "Null" | "NULL")
    }
}

/// The weight of a value without its text, in bytes.
const VALUE: u64 = 48;

/// Builds the tree of a text.
///
/// # Errors
/// The first part of the text that is not YAML, or that exceeds the bounds.
pub fn parse(text: &str, bounds: Bounds) -> Result<Rc<Node<'_>>, Mistake> {
    let mut build = Build { bounds, open: vec![], anchors: HashMap::new(), root: None, values: 0, added: 0 };
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|error| {
            let at = error.marker();
            mistake((at.line(), at.col()), in_words(error.kind(), &error.info()))
        })?;
        build.take(event, &span)?;
    }
    Ok(build.root.unwrap_or_else(|| {
        let nothing = Scalar { text: "".into(), plain: true };
        Rc::new(Node::of(Kind::Scalar(nothing), 1, 1))
    }))
}

fn mistake((line, column): (usize, usize), message: impl Into<String>) -> Mistake {
    let (line, column) = (line.max(1) as u64, column as u64 + 1);
    Mistake { line, column, path: String::new(), message: message.into(), meant: None }
}

/// A list or a mapping whose end was not reached yet.
struct Open<'t> {
    anchor: usize,
    line: u64,
    column: u64,
    is_map: bool,
    items: Vec<Rc<Node<'t>>>,
}

struct Build<'t> {
    bounds: Bounds,
    open: Vec<Open<'t>>,
    anchors: HashMap<usize, Rc<Node<'t>>>,
    root: Option<Rc<Node<'t>>>,
    values: u64,
    added: u64,
}

impl<'t> Build<'t> {
    fn take(&mut self, event: Event<'t>, span: &Span) -> Result<(), Mistake> {
        let at = (span.start.line(), span.start.col());
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(mistake(at, "a second document begins here; write one to a file, and no `---` within it"))
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag
                    .as_deref()
                    .is_some_and(|tag| tag.is_yaml_core_schema_tag("str") || tag.parts() == ("", "!"));
                let scalar = Scalar { text, plain: style == ScalarStyle::Plain && !is_text };
                self.counted(at)?;
                let (line, column) = (at.0 as u64, at.1 as u64 + 1);
                self.put(anchor, Rc::new(Node::of(Kind::Scalar(scalar), line, column)), at)
            }
            Event::SequenceStart(_, anchor, _) => self.begin(anchor, false, at),
            Event::MappingStart(_, anchor, _) => self.begin(anchor, true, at),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let kind = if open.is_map { Kind::Map(pairs(open.items)?) } else { Kind::List(open.items) };
                self.put(open.anchor, Rc::new(Node::of(kind, open.line, open.column)), at)
            }
            Event::Alias(id) => {
                let Some(named) = self.anchors.get(&id).cloned() else {
                    return Err(mistake(at, "an alias stands within what it names; write it out"));
                };
                self.added = self.added.saturating_add(named.weight);
                if self.added > self.bounds.aliases {
                    let most = self.bounds.aliases >> 20;
                    let message =
                        format!("the aliases of this file come to more than {most} MiB; use fewer of them");
                    return Err(mistake(at, message));
                }
                self.put(0, named, at)
            }
            _ => Ok(()),
        }
    }

    fn counted(&mut self, at: (usize, usize)) -> Result<(), Mistake> {
        self.values += 1;
        if self.values > self.bounds.values {
            let message = format!("expected {} values at most; write less", self.bounds.values);
            return Err(mistake(at, message));
        }
        Ok(())
    }

    fn begin(&mut self, anchor: usize, is_map: bool, at: (usize, usize)) -> Result<(), Mistake> {
        self.counted(at)?;
        if self.open.len() >= DEPTH {
            return Err(mistake(
                at,
                format!("lists and mappings stand more than {DEPTH} deep in one another"),
            ));
        }
        let (line, column) = (at.0 as u64, at.1 as u64 + 1);
        self.open.push(Open { anchor, line, column, is_map, items: vec![] });
        Ok(())
    }

    fn put(&mut self, anchor: usize, node: Rc<Node<'t>>, at: (usize, usize)) -> Result<(), Mistake> {
        // The value of an alias brings its own depth.
        if self.open.len() + node.height > DEPTH {
            return Err(too_deep(at));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        match self.open.last_mut() {
            Some(open) => {
                if open.is_map && open.items.len() % 2 == 0 && !matches!(node.kind, Kind::Scalar(_)) {
                    return Err(mistake(at, "expected a key, which is a text, found a list or a mapping"));
                }
                open.items.push(node);
            }
            None => self.root = Some(node),
        }
        Ok(())
    }
}

fn too_deep(at: (usize, usize)) -> Mistake {
    mistake(at, format!("lists and mappings stand more than {DEPTH} deep in one another"))
}

/// The greatest height of the values in a list or a mapping.
fn height_of(kind: &Kind<'_>) -> usize {
    let highest = match kind {
        Kind::Scalar(_) => None,
        Kind::List(items) => items.iter().map(|item| item.height).max(),
        Kind::Map(pairs) => pairs.iter().map(|(_, value)| value.height).max(),
    };
    highest.unwrap_or_default()
}

type Pairs<'t> = Vec<(Rc<Node<'t>>, Rc<Node<'t>>)>;

/// The keys and values of a mapping. Merge keys (`<<`) add keys that the mapping does not have
/// itself.
fn pairs(items: Vec<Rc<Node<'_>>>) -> Result<Pairs<'_>, Mistake> {
    let (mut own, mut merged) = (vec![], vec![]);
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        let is_merge = matches!(&key.kind, Kind::Scalar(scalar) if scalar.plain && scalar.text == "<<");
        if !is_merge {
            own.push((key, value));
            continue;
        }
        let wrong = || {
            let at = (usize::try_from(key.line).unwrap_or(1), usize::try_from(key.column - 1).unwrap_or(0));
            mistake(at, "`<<` takes a mapping, or a list of mappings, to merge")
        };
        match &value.kind {
            Kind::Map(pairs) => merged.extend(pairs.iter().cloned()),
            Kind::List(all) => {
                for one in all {
                    let Kind::Map(pairs) = &one.kind else { return Err(wrong()) };
                    merged.extend(pairs.iter().cloned());
                }
            }
            Kind::Scalar(_) => return Err(wrong()),
        }
    }
    if !merged.is_empty() {
        let name = |node: &Node<'_>| match &node.kind {
            Kind::Scalar(scalar) => scalar.text.to_string(),
            Kind::List(_) | Kind::Map(_) => String::new(),
        };
        let mut there: std::collections::HashSet<String> = own.iter().map(|(key, _)| name(key)).collect();
        own.extend(merged.into_iter().filter(|(key, _)| there.insert(name(key))));
    }
    Ok(own)
}

/// The message about a text that is not YAML.
fn in_words(kind: &ErrorKind, info: &str) -> String {
    use ErrorKind as E;
    let said = match kind {
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabInIndentation | E::TabAtBlockScalarStart => {
            "a tab stands where lines are indented; write blanks instead"
        }
        E::UnclosedQuotedScalar => "a quotation mark has no other one to close it",
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            "something stands behind a closing quotation mark; put the whole text in quotes"
        }
        E::UnexpectedEofFlowSequence | E::UnexpectedEofFlowMapping | E::UnclosedFlowCollection { .. } => {
            "a bracket is opened and never closed"
        }
        E::MismatchedFlowCollectionEnd { open, close } => {
            return format!("`{open}` is opened here, and `{close}` closes it");
        }
        E::MisplacedFlowCollectionEnd => "a bracket is closed that was not opened",
        E::ExpectedFlowMappingSeparator => "expected `,` or `}`",
        E::ExpectedFlowSequenceSeparator => "expected `,` or `]`",
        E::SimpleKeyExpected | E::InvalidSimpleKey | E::ExpectedBlockMappingKey => {
            "expected `key: value`, indented as the lines around it"
        }
        E::InvalidQuotedScalarIndent => {
            "a quotation mark above has no other one to close it, or this line is not indented as its text"
        }
        E::MappingValueNotAllowed | E::InvalidColonPlacement => {
            "a `:` stands where no key can be; put a text that has one in quotes"
        }
        E::InvalidIndentation | E::InvalidFlowScalarIndent => {
            "this line is not indented as the lines around it"
        }
        E::UnknownAnchor => "an alias (`*…`) names what no anchor (`&…`) before it does",
        E::RecursionLimitExceeded => "lists and mappings stand too deep in one another",
        E::UnknownQuotedScalarEscape => {
            "a `\\` in double quotes begins an escape that there is not; write `\\\\`, or use single quotes"
        }
        // The parser names what it looked for. People look for what to write.
        _ if info.contains("found a tab") => "a tab stands where lines are indented; write blanks instead",
        _ if info.contains("expected '-' indicator") => {
            "this line is indented neither as the item above it nor as the keys in that item; put a key of the item right under its first key"
        }
        _ if info.contains("expected <block end>") || info.contains("did not find expected key") => {
            "this line is not indented as the lines around it"
        }
        _ => return format!("this is no YAML: {info}"),
    };
    said.to_owned()
}
