//! Cursors: sealed positions in a sorted list, which only callmock can make (fact sheet P5 to P9,
//! A3, A32).

use super::auth::Shop;
use crate::universe::Ordinal;
use crate::vendor::cursor::{Unsealed, open, seal};
use crate::world::View;

/// The sort order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    pub field: SortField,
    pub descending: bool,
}

/// The time field that a list is sorted by (P4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "the wire's own names")]
pub enum SortField {
    StartedAt,
    CreatedAt,
    UpdatedAt,
}

/// The sort key of a row: its time in microseconds since 1970, then its ordinal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub key: i64,
    pub ordinal: Ordinal,
}

/// The member of the answer in which a cursor was given: `next` or `prev`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorKind {
    Next,
    Prev,
}

/// A cursor: its kind, the sort order, and the row beyond which its page begins. It is sealed with
/// the world's seed and the shop's id, so that another shop cannot use it (A32).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub kind: CursorKind,
    pub sort: Sort,
    pub at: Position,
    /// The fingerprint of the filter whose list the cursor belongs to.
    pub list: u32,
}

impl Cursor {
    const LENGTH: usize = 18;

    /// Encodes and seals the cursor for a shop.
    pub fn seal(self, view: &View, shop: &Shop) -> String {
        let mut bytes = Vec::with_capacity(Self::LENGTH);
        let kind = u8::from(self.kind == CursorKind::Prev);
        let field = match self.sort.field {
            SortField::StartedAt => 0,
            SortField::CreatedAt => 2,
            SortField::UpdatedAt => 4,
        };
        bytes.extend([kind, field + u8::from(self.sort.descending)]);
        bytes.extend(self.at.key.to_be_bytes());
        bytes.extend(self.at.ordinal.0.to_be_bytes());
        bytes.extend(self.list.to_be_bytes());
        seal(bytes, view.seed(), &shop.id)
    }

    /// Decodes a cursor and checks its seal. Fails if the text is not Base64, is damaged, or was
    /// sealed for another shop.
    pub fn open(text: &str, view: &View, shop: &Shop) -> Result<Self, Unsealed> {
        let bytes = open(text, Self::LENGTH, view.seed(), &shop.id)?;
        let [kind, order, rest @ ..] = &bytes[..] else { return Err(Unsealed::Invalid) };
        let (key, rest) = rest.split_first_chunk::<8>().ok_or(Unsealed::Invalid)?;
        let (ordinal, list) = rest.split_first_chunk::<4>().ok_or(Unsealed::Invalid)?;
        let list = list.try_into().map_err(|_| Unsealed::Invalid)?;
        Ok(Self {
            kind: if *kind == 1 { CursorKind::Prev } else { CursorKind::Next },
            sort: Sort {
                field: match order >> 1 {
                    0 => SortField::StartedAt,
                    1 => SortField::CreatedAt,
                    _ => SortField::UpdatedAt,
                },
                descending: order & 1 == 1,
            },
            at: Position { key: i64::from_be_bytes(*key), ordinal: Ordinal(u32::from_be_bytes(*ordinal)) },
            list: u32::from_be_bytes(list),
        })
    }
}
