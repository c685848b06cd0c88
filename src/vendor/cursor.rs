//! Sealed cursors: bytes as URL-safe text with a checksum, by which damaged and forged cursors are
//! recognized.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The length of a checksum, in bytes.
const CHECKSUM: usize = 9;

/// The reason why a cursor cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsealed {
    /// The text is not Base64 from this byte on.
    NotBase64(usize),
    /// The cursor is damaged, forged or another owner's.
    Invalid,
}

/// Encodes and seals a cursor. The checksum is valid only for lists of this owner under this seed.
#[must_use]
pub fn seal(mut bytes: Vec<u8>, seed: u64, owner: &str) -> String {
    bytes.extend(checksum(&bytes, seed, owner));
    URL_SAFE.encode(bytes)
}

/// Opens a sealed cursor and returns its `length` bytes.
///
/// # Errors
/// If the text is not a cursor of this length, seed and owner.
pub fn open(text: &str, length: usize, seed: u64, owner: &str) -> Result<Vec<u8>, Unsealed> {
    let mut bytes = URL_SAFE.decode(text).map_err(|error| match error {
        base64::DecodeError::InvalidByte(offset, _) => Unsealed::NotBase64(offset),
        base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => {
            Unsealed::NotBase64(text.len())
        }
        base64::DecodeError::InvalidLastSymbol { .. } => Unsealed::Invalid,
    })?;
    let (told, sum) = bytes.split_at_checked(length).ok_or(Unsealed::Invalid)?;
    if sum != checksum(told, seed, owner) {
        return Err(Unsealed::Invalid);
    }
    bytes.truncate(length);
    Ok(bytes)
}

fn checksum(bytes: &[u8], seed: u64, owner: &str) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&seed.to_be_bytes()).expect("HMAC takes any key");
    mac.update(owner.as_bytes());
    mac.update(bytes);
    mac.finalize().into_bytes()[..CHECKSUM].to_vec()
}
