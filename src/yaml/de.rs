//! A serde deserializer for a tree. Unknown keys, and list entries that cannot be read, are
//! recorded and left out, so that one run reports more than one mistake.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

use arrayvec::ArrayVec;
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};

use super::error::{Error, missing_key, short, unknown_key};
use super::mistake::{Mistake, Read};
use super::path::Path;
use super::scalar::{number, truth, whole};
use super::tree::{Kind, Node, Scalar, address};

/// The name of a newtype that asks for a value with its place: see [`read_at`].
pub const AT: &str = "\0at";

/// The name of a newtype that asks for a list, or for one entry in place of it.
const ONE_OR_MORE: &str = "\0one or more";

/// The most mistakes that are recorded.
const NOTED: usize = 200;

/// The number of unknown keys for which a similar known one is looked up.
const PROPOSALS: usize = 50;

/// Reads a value with its place: line and column, from 1.
///
/// # Errors
/// The error of the deserializer.
pub fn read_at<'de, D: Deserializer<'de>, T: de::Deserialize<'de>>(
    deserializer: D,
) -> Result<(T, u64, u64), D::Error> {
    struct Three<T>(std::marker::PhantomData<T>);
    impl<'de, T: de::Deserialize<'de>> Visitor<'de> for Three<T> {
        type Value = (T, u64, u64);

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
            let missing = || A::Error::custom("a value has no place");
            let line = parts.next_element()?.ok_or_else(missing)?;
            let column = parts.next_element()?.ok_or_else(missing)?;
            Ok((parts.next_element()?.ok_or_else(missing)?, line, column))
        }
    }
    deserializer.deserialize_newtype_struct(AT, Three(std::marker::PhantomData))
}

/// Reads a list of mappings. One mapping is read as a list of one.
///
/// # Errors
/// The error of the deserializer.
pub fn read_one_or_more<'de, D: Deserializer<'de>, T: de::Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct All<T>(std::marker::PhantomData<T>);
    impl<'de, T: de::Deserialize<'de>> Visitor<'de> for All<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a mapping, or a list of mappings")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut all = vec![];
            while let Some(item) = items.next_element()? {
                all.push(item);
            }
            Ok(all)
        }
    }
    deserializer.deserialize_newtype_struct(ONE_OR_MORE, All(std::marker::PhantomData))
}

/// The most passes over a tree. Each pass leaves out the entries that could not be read so far.
const PASSES: usize = 20;

/// The most passes over a large tree, so that its mistakes cost little time.
const FEW_PASSES: usize = 3;

/// The weight from which a tree is large, in bytes.
const LARGE: u64 = 16 << 20;

/// Reads a value from a tree.
pub fn read<T: DeserializeOwned>(root: &Node<'_>) -> Read<T> {
    let passes = if root.weight < LARGE { PASSES } else { FEW_PASSES };
    let (mut without, mut hard, mut left_out) = (HashSet::new(), vec![], vec![]);
    let mut mistakes: Vec<Mistake> = vec![];
    loop {
        let notes = Notes::default();
        let path = Path::Root;
        let read = T::deserialize(De { node: root, path: &path, notes: &notes, without: &without });
        for mistake in notes.0.into_inner() {
            if mistakes.len() < NOTED && !mistakes.contains(&mistake) {
                mistakes.push(mistake);
            }
        }
        let value = match read {
            Ok(value) => Some(value),
            Err(mut error) => {
                let unit = error.unit.take();
                hard.push(error.mistake(root));
                // An entry that cannot be read may hide the mistakes after it, so the next pass
                // leaves it out.
                if let Some((unit, key)) = unit.filter(|_| hard.len() < passes) {
                    without.insert(unit);
                    left_out.push(key);
                    continue;
                }
                None
            }
        };
        // A key that is missing because it is misspelt is one mistake, not two.
        hard.retain(|missing| {
            let is_it = |near: &String| missing.message == missing_key(near);
            !mistakes.iter().any(|mistake| {
                mistake.meant.as_ref().is_some_and(is_it) && mistake.path.starts_with(&missing.path)
            })
        });
        let top_level = mistakes.iter().filter(|mistake| !mistake.path.contains(['.', '[']));
        left_out.extend(top_level.filter_map(|mistake| mistake.meant.clone()));
        mistakes.append(&mut hard);
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        return Read { value, mistakes, left_out };
    }
}

/// The mistakes recorded in one pass.
#[derive(Default)]
struct Notes(RefCell<Vec<Mistake>>);

impl Notes {
    fn note(&self, mistake: Mistake) {
        let mut mistakes = self.0.borrow_mut();
        if mistakes.len() < NOTED {
            mistakes.push(mistake);
        }
    }

    fn len(&self) -> usize {
        self.0.borrow().len()
    }
}

#[derive(Clone, Copy)]
struct De<'n, 'p> {
    node: &'n Node<'n>,
    path: &'p Path<'p>,
    notes: &'p Notes,
    /// The addresses of the values that are left out.
    without: &'p HashSet<usize>,
}

impl<'n> De<'n, '_> {
    fn unexpected(&self) -> Unexpected<'n> {
        match &self.node.kind {
            Kind::Scalar(scalar) if scalar.is_null() => Unexpected::Unit,
            Kind::Scalar(scalar) => Unexpected::Str(&scalar.text),
            Kind::List(_) => Unexpected::Seq,
            Kind::Map(_) => Unexpected::Map,
        }
    }

    fn refused<'de, V: Visitor<'de>>(&self, visitor: &V) -> Error {
        Error::invalid_type(self.unexpected(), visitor).at(self.node, self.path)
    }

    /// Refuses a value that should be a list or a mapping. The message does not show a text,
    /// because it may be a whole file.
    fn refused_shape<'de, V: Visitor<'de>>(&self, visitor: &V) -> Error {
        let unexpected = match self.unexpected() {
            Unexpected::Str(_) => Unexpected::Other("a text"),
            other => other,
        };
        Error::invalid_type(unexpected, visitor).at(self.node, self.path)
    }

    /// The scalar, if the value is one and is not null.
    fn scalar<'de, V: Visitor<'de>>(&self, visitor: &V) -> Result<&'n Scalar<'n>, Error> {
        match &self.node.kind {
            Kind::Scalar(scalar) if !scalar.is_null() => Ok(scalar),
            _ => Err(self.refused(visitor)),
        }
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V, leaves_out: bool) -> Result<V::Value, Error> {
        let items: &[Rc<Node<'_>>] = match &self.node.kind {
            Kind::List(items) => items,
            Kind::Scalar(scalar) if scalar.is_null() => &[],
            _ => return Err(self.refused_shape(&visitor)),
        };
        let access = Items { items: items.iter().enumerate(), list: self, leaves_out };
        visitor.visit_seq(access).map_err(|error| error.at(self.node, self.path))
    }

    fn map<'de, V: Visitor<'de>>(self, visitor: V, known: Option<&[&str]>) -> Result<V::Value, Error> {
        let Some(kept) = self.pairs(known) else { return Err(self.refused_shape(&visitor)) };
        let access = Pairs { pairs: kept.into_iter(), value: None, map: self };
        visitor.visit_map(access).map_err(|error| error.at(self.node, self.path))
    }

    /// The pairs of a mapping: name, key and value. What is left out is noted. None if the node is no
    /// mapping.
    // This is not part of `map`, of which each type that is read has a copy.
    fn pairs(&self, known: Option<&[&str]>) -> Option<Vec<Pair<'n>>> {
        let pairs: &'n [(Rc<Node<'n>>, Rc<Node<'n>>)] = match &self.node.kind {
            Kind::Map(pairs) => pairs,
            Kind::Scalar(scalar) if scalar.is_null() => &[],
            _ => return None,
        };
        let Self { path, notes, without, .. } = *self;
        let mut seen = Seen::default();
        let mut kept = Vec::with_capacity(pairs.len().min(64));
        for (key, value) in pairs {
            let Kind::Scalar(Scalar { text: name, .. }) = &key.kind else { continue };
            if without.contains(&address(value)) {
                continue;
            }
            let (line, column) = (key.line, key.column);
            if !seen.insert(name) {
                let message = format!("the key `{}` stands here twice", short(name));
                notes.note(Mistake { line, column, path: path.to_string(), message, meant: None });
            } else if let Some(known) = known.filter(|known| !known.contains(&&**name)) {
                if notes.len() < NOTED {
                    let (message, meant) = unknown_key(name, known, notes.len() < PROPOSALS);
                    let path = Path::Key(path, name).to_string();
                    notes.note(Mistake { line, column, path, message, meant });
                }
            } else {
                kept.push((&**name, &**key, &**value));
            }
        }
        Some(kept)
    }
}

/// The keys of a mapping so far.
#[derive(Default)]
struct Seen<'n> {
    few: ArrayVec<&'n str, 16>,
    more: HashSet<&'n str>,
}

impl<'n> Seen<'n> {
    /// Adds a key. False if it was there.
    fn insert(&mut self, name: &'n str) -> bool {
        // Most mappings have few keys, which are compared sooner than hashed.
        if self.few.contains(&name) {
            return false;
        }
        self.few.try_push(name).is_ok() || self.more.insert(name)
    }
}

/// The name, the key and the value of an entry of a mapping.
type Pair<'n> = (&'n str, &'n Node<'n>, &'n Node<'n>);

macro_rules! wholes {
    ($($method:ident $visit:ident $type:ty;)+) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
                let scalar = self.scalar(&visitor)?;
                let read = whole::<$type>(&scalar.text).ok_or_else(|| self.refused(&visitor))?;
                visitor.$visit(read).map_err(|error: Error| error.at(self.node, self.path))
            }
        )+
    };
}

impl<'de> Deserializer<'de> for De<'_, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let scalar = match &self.node.kind {
            Kind::List(_) => return self.deserialize_seq(visitor),
            Kind::Map(_) => return self.deserialize_map(visitor),
            Kind::Scalar(scalar) => scalar,
        };
        let text = &*scalar.text;
        let read = if !scalar.plain {
            visitor.visit_str(text)
        } else if scalar.is_null() {
            visitor.visit_unit()
        } else if matches!(text, "true" | "True" | "TRUE") {
            visitor.visit_bool(true)
        } else if matches!(text, "false" | "False" | "FALSE") {
            visitor.visit_bool(false)
        } else if let Some(n) = whole::<u64>(text) {
            visitor.visit_u64(n)
        } else if let Some(n) = whole::<i64>(text) {
            visitor.visit_i64(n)
        } else if let Some(n) = number(text) {
            visitor.visit_f64(n)
        } else {
            visitor.visit_str(text)
        };
        read.map_err(|error: Error| error.at(self.node, self.path))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let scalar = self.scalar(&visitor)?;
        let read = truth(&scalar.text).ok_or_else(|| self.refused(&visitor))?;
        visitor.visit_bool(read).map_err(|error: Error| error.at(self.node, self.path))
    }

    wholes! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let scalar = self.scalar(&visitor)?;
        let read = number(&scalar.text).ok_or_else(|| self.refused(&visitor))?;
        visitor.visit_f64(read).map_err(|error: Error| error.at(self.node, self.path))
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    /// Passes on the text of a scalar, whatever else it could mean. A list or a mapping goes to
    /// visitors that accept it besides a text.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.kind {
            Kind::Scalar(scalar) if scalar.is_null() => Err(self.refused(&visitor)),
            Kind::Scalar(scalar) => {
                visitor.visit_str(&scalar.text).map_err(|error: Error| error.at(self.node, self.path))
            }
            Kind::List(_) => self.list(visitor, false),
            Kind::Map(_) => self.map(visitor, None),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.kind {
            Kind::Scalar(scalar) if scalar.is_null() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.kind {
            Kind::Scalar(scalar) if scalar.is_null() => visitor.visit_unit(),
            _ => Err(self.refused(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match (name, &self.node.kind) {
            (AT, _) => visitor.visit_seq(AtPlace { part: 0, de: self }),
            (ONE_OR_MORE, Kind::Map(_)) => visitor.visit_seq(One(Some(self))),
            (ONE_OR_MORE, _) => self.list(visitor, true),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.list(visitor, true)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.list(visitor, false)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.list(visitor, false)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.map(visitor, None)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.map(visitor, Some(fields))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (name, content) = match &self.node.kind {
            Kind::Scalar(scalar) if !scalar.is_null() => (&*scalar.text, None),
            Kind::Map(pairs) => match pairs.as_slice() {
                [(key, content)] => match &key.kind {
                    Kind::Scalar(scalar) => (&*scalar.text, Some(&**content)),
                    Kind::List(_) | Kind::Map(_) => return Err(self.refused(&visitor)),
                },
                _ => return Err(self.refused(&visitor)),
            },
            Kind::Scalar(_) | Kind::List(_) => return Err(self.refused(&visitor)),
        };
        let (node, path) = (self.node, self.path);
        visitor.visit_enum(Variant { name, content, of: self }).map_err(|error: Error| error.at(node, path))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { i128 u128 }
}

/// A value with its place, as three parts: line, column, value.
struct AtPlace<'n, 'p> {
    part: u8,
    de: De<'n, 'p>,
}

impl<'de> SeqAccess<'de> for AtPlace<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.part += 1;
        match self.part {
            1 => seed.deserialize(self.de.node.line.into_deserializer()).map(Some),
            2 => seed.deserialize(self.de.node.column.into_deserializer()).map(Some),
            3 => seed.deserialize(self.de).map(Some),
            _ => Ok(None),
        }
    }
}

/// A value in place of a list of one.
struct One<'n, 'p>(Option<De<'n, 'p>>);

impl<'de> SeqAccess<'de> for One<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.take().map(|de| seed.deserialize(de)).transpose()
    }
}

struct Items<'n, 'p> {
    items: std::iter::Enumerate<std::slice::Iter<'n, Rc<Node<'n>>>>,
    list: De<'n, 'p>,
    /// Whether an item that cannot be read may be left out of the list.
    leaves_out: bool,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let without = self.list.without;
        let Some((n, node)) = self.items.find(|(_, node)| !without.contains(&address(node))) else {
            return Ok(None);
        };
        let path = Path::Item(self.list.path, n);
        let read = seed.deserialize(De { node, path: &path, ..self.list });
        read.map(Some).map_err(|error| {
            let error = error.at(node, &path);
            if self.leaves_out { error.within(node, &path) } else { error }
        })
    }
}

struct Pairs<'n, 'p, I> {
    pairs: I,
    value: Option<(&'n str, &'n Node<'n>)>,
    map: De<'n, 'p>,
}

impl<'de, 'n, I: Iterator<Item = (&'n str, &'n Node<'n>, &'n Node<'n>)>> MapAccess<'de> for Pairs<'n, '_, I> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((name, key, value)) = self.pairs.next() else { return Ok(None) };
        self.value = Some((name, value));
        let path = Path::Key(self.map.path, name);
        let read = seed.deserialize(De { node: key, path: &path, ..self.map });
        read.map(Some).map_err(|error| error.at(key, &path))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (name, node) = self.value.take().ok_or_else(|| Error::custom("a key has no value"))?;
        let path = Path::Key(self.map.path, name);
        let read = seed.deserialize(De { node, path: &path, ..self.map });
        read.map_err(|error| {
            let error = error.at(node, &path);
            // A top-level key that cannot be read may be left out.
            if matches!(self.map.path, Path::Root) { error.within(node, &path) } else { error }
        })
    }
}

struct Variant<'n, 'p> {
    name: &'n str,
    content: Option<&'n Node<'n>>,
    of: De<'n, 'p>,
}

impl<'de> EnumAccess<'de> for Variant<'_, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name: StrDeserializer<'_, Error> = self.name.into_deserializer();
        seed.deserialize(name).map(|variant| (variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.content {
            None => Ok(()),
            Some(_) => Err(Error::custom(format!("`{}` stands alone, without a value", short(self.name)))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let Self { name, content, of } = self;
        let node =
            content.ok_or_else(|| Error::custom(format!("`{}` takes a value: `{0}: …`", short(name))))?;
        let path = Path::Key(of.path, name);
        seed.deserialize(De { node, path: &path, ..of }).map_err(|error| error.at(node, &path))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        let Self { name, content, of } = self;
        let node = content.ok_or_else(|| Error::custom(format!("`{}` takes a list", short(name))))?;
        De { node, path: &Path::Key(of.path, name), ..of }.list(visitor, false)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Self { name, content, of } = self;
        let node = content.ok_or_else(|| Error::custom(format!("`{}` takes a mapping", short(name))))?;
        De { node, path: &Path::Key(of.path, name), ..of }.map(visitor, Some(fields))
    }
}
