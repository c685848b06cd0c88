//! Decoding of the request body (fact sheet 1.1).

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_ignored::Path;
use serde_json::Value;

use crate::nearest::did_you_mean_or_list;
use crate::vendor::{Context, Known, Notes, keep};
use crate::vendors::sencloud::error::{Error, Refused};
use crate::vendors::sencloud::findings;

/// Declares the objects of a body with their members. Every member may be missing or null.
macro_rules! objects {
    ($(
        $(#[$of_object:meta])*
        $object:ident { $( $(#[$of_member:meta])* $member:ident: $type:ty, )+ }
    )+) => {
        $(
            #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
            #[serde(default)]
            $(#[$of_object])*
            pub struct $object {
                $( $(#[$of_member])* pub $member: Option<$type>, )+
            }

            impl Members for $object {
                const OBJECT: &'static str = stringify!($object);
                const NAMES: &'static [&'static str] = &[$( stringify!($member) ),+];
            }
        )+
    };
}

/// The names of a body object and its members.
pub trait Members {
    /// The name of the object's type, for serde's error texts.
    const OBJECT: &'static str;
    /// The names of all members.
    const NAMES: &'static [&'static str];
}

objects! {
    /// The body. Every member may be missing or null; unknown ones are skipped.
    #[schemars(rename = "ListCallLogsRequest")]
    Decoded {
        #[schemars(with = "Option<FilterBody>")]
        filter: Given<FilterBody>,
        #[schemars(with = "Option<PagingBody>")]
        paging: Given<PagingBody>,
        /// The member where the page's curl has it (L111-113).
        extension_ids: Vec<String>,
    }

    FilterBody {
        call_number: String,
        call_state: String,
        date_from: String,
        date_to: String,
        department_id: String,
        direction: String,
        #[schemars(with = "Option<DurationBody>")]
        duration: Given<DurationBody>,
        extension_ids: Vec<String>,
        external_id: String,
        external_session_id: String,
        hotline_ids: Vec<String>,
        user_id: String,
    }

    DurationBody {
        comparison: String,
        value: i64,
    }

    PagingBody {
        after: String,
        before: String,
        limit: i64,
        sort: String,
    }
}

/// A decoded object, and whether an array was given in its place. Derived serde code also accepts
/// an array of the members' values in order, so an array must be refused explicitly.
#[derive(Debug, Clone, Default)]
pub struct Given<T> {
    pub object: T,
    is_list: bool,
}

impl<'de, T: Members + Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);

        impl<'de, T: Members + Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = Given<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "struct {}", T::OBJECT)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Given<T>, A::Error> {
                let object = T::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Given { object, is_list: false })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Given<T>, A::Error> {
                let object = T::deserialize(SeqAccessDeserializer::new(list))?;
                Ok(Given { object, is_list: true })
            }
        }

        deserializer.deserialize_struct(T::OBJECT, T::NAMES, Either(PhantomData))
    }
}

/// The check that the body is JSON with members of the page's types.
#[derive(Debug, Clone)]
pub struct Body(pub Arc<Decoded>);

impl<S: Sync> FromRequestParts<S> for Body {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let Known { body, notes, .. } = &**Context::of(request);
        let decoded =
            check(body, notes).map_err(|cause| Refused::of(request, Error::MalformedJson(cause)))?;
        let body = Self(Arc::new(decoded));
        keep(request, &body);
        Ok(body)
    }
}

fn check(body: &[u8], notes: &Notes) -> Result<Decoded, String> {
    let (decoded, unknown) = decode(body).map_err(|error| error.to_string())?;
    for (path, is_list, known) in objects(&decoded) {
        if is_list {
            return Err(format!("invalid type: expected an object at {path:?}"));
        }
        for Unknown { name, .. } in unknown.iter().filter(|unknown| unknown.object == path) {
            notes.finding_of(&findings::UNKNOWN_KEY, || {
                format!("`{path}/{name}`{}", did_you_mean_or_list(name, known.iter().copied()))
            });
        }
    }
    Ok(decoded.object)
}

/// The path of an object, whether an array was given in its place, and its members' names.
type Object = (&'static str, bool, &'static [&'static str]);

/// All objects of a body.
fn objects(body: &Given<Decoded>) -> [Object; 4] {
    fn at<T: Members>(path: &'static str, given: Option<&Given<T>>) -> Object {
        (path, given.is_some_and(|given| given.is_list), T::NAMES)
    }
    let filter = body.object.filter.as_ref();
    let duration = filter.and_then(|filter| filter.object.duration.as_ref());
    let paging = body.object.paging.as_ref();
    [at("", Some(body)), at("/filter", filter), at("/filter/duration", duration), at("/paging", paging)]
}

/// A member that the page does not have.
struct Unknown {
    /// The path of the object that contains the member.
    object: String,
    name: String,
}

/// Decodes a body and collects its unknown members, in one pass.
fn decode(body: &[u8]) -> Result<(Given<Decoded>, Vec<Unknown>), serde_json::Error> {
    let mut unknown = vec![];
    let mut json = serde_json::Deserializer::from_slice(body);
    let decoded: Result<Option<_>, _> = serde_ignored::deserialize(&mut json, |path| {
        if let Path::Map { parent, key } = &path {
            unknown.push(Unknown { object: pointer(parent), name: key.clone() });
        }
    });
    let decoded = decoded.and_then(|decoded| json.end().map(|()| decoded.unwrap_or_default()));
    // A syntax error comes before a type error. serde does not fully check the members that it
    // skips, so a body with unknown members is parsed as JSON once more.
    if decoded.is_err() || !unknown.is_empty() {
        serde_json::from_slice::<Value>(body)?;
    }
    Ok((decoded?, unknown))
}

/// A path as a JSON pointer (RFC 6901), without escapes.
fn pointer(path: &Path<'_>) -> String {
    match path {
        Path::Root => String::new(),
        Path::Map { parent, key } => format!("{}/{key}", pointer(parent)),
        Path::Seq { parent, index } => format!("{}/{index}", pointer(parent)),
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            pointer(parent)
        }
    }
}
