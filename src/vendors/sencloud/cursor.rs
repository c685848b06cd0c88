//! Cursors that say what they are, and that nobody else can make (fact sheet P5 to P9, A3, A32).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::auth::Shop;
use super::error::Error;
use super::query::{Position, Sort, SortField};
use crate::universe::Ordinal;
use crate::world::View;

/// How long a checksum is, in bytes.
const CHECKSUM: usize = 9;

/// What a cursor was given as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorKind {
    Next,
    Prev,
}

/// A place in a list that says what it is: which way, in which order, beyond which row. It carries
/// a checksum that only this shop's lists can make, so that a damaged or forged one is told from a
/// good one (A32).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub kind: CursorKind,
    pub sort: Sort,
    pub at: Position,
    /// What was searched for in the list that it is of.
    pub list: u32,
}

impl Cursor {
    const LENGTH: usize = 18;

    /// The cursor as a text.
    pub fn seal(self, view: &View, shop: &Shop) -> String {
        let mut bytes = Vec::with_capacity(Self::LENGTH + CHECKSUM);
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
        bytes.extend(checksum(&bytes, view, shop));
        URL_SAFE.encode(bytes)
    }

    /// The cursor of a text, in the request's own sort.
    pub fn open(text: &str, view: &View, shop: &Shop, sort: Sort) -> Result<Self, Error> {
        let bytes = URL_SAFE.decode(text).map_err(|error| match error {
            base64::DecodeError::InvalidByte(offset, _) => Error::NotBase64(offset),
            base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => {
                Error::NotBase64(text.len())
            }
            base64::DecodeError::InvalidLastSymbol { .. } => Error::InvalidCursor,
        })?;
        let (told, sum) = bytes.split_at_checked(Self::LENGTH).ok_or(Error::InvalidCursor)?;
        let [kind, order, rest @ ..] = told else { return Err(Error::InvalidCursor) };
        if sum != checksum(told, view, shop) {
            return Err(Error::InvalidCursor);
        }
        let (key, ordinal) = rest.split_first_chunk::<8>().ok_or(Error::InvalidCursor)?;
        let (ordinal, list) = ordinal.split_first_chunk::<4>().ok_or(Error::InvalidCursor)?;
        let list = list.try_into().map_err(|_| Error::InvalidCursor)?;
        let cursor = Self {
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
        };
        // A sort that is not repeated is the default one, not the cursor's (P7).
        if cursor.sort == sort { Ok(cursor) } else { Err(Error::SortMismatch) }
    }
}

fn checksum(bytes: &[u8], view: &View, shop: &Shop) -> Vec<u8> {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(&view.seed().to_be_bytes()).expect("HMAC takes any key");
    mac.update(shop.id.as_bytes());
    mac.update(bytes);
    mac.finalize().into_bytes()[..CHECKSUM].to_vec()
}
