//! Random bytes of a universe. They are kept once drawn, because drawing takes as long as all the
//! rest of a row.

use std::sync::OnceLock;

/// The most kinds of which bytes are kept. Those of further kinds are drawn each time.
const KINDS: usize = 16;

/// The entries whose bytes are kept together in one piece of memory.
const PIECE: usize = 64;

/// The bytes of the entries of one kind, by index. Memory is taken for what was asked for only.
type Entries = Box<[OnceLock<Box<[OnceLock<[u8; 20]>; PIECE]>>]>;

/// The random bytes that were drawn for a universe.
#[derive(Debug, Default)]
pub struct Drawn {
    /// The offset of the bijections between calls and ids.
    pub offset: OnceLock<u64>,
    kinds: [OnceLock<(&'static str, Entries)>; KINDS],
}

impl Drawn {
    /// The bytes of one of the `count` entries of a kind, which `draw` draws for the first time.
    pub fn bytes(
        &self,
        kind: &'static str,
        index: usize,
        count: usize,
        draw: impl Fn() -> [u8; 20],
    ) -> [u8; 20] {
        let empty = || (kind, (0..count.div_ceil(PIECE)).map(|_| OnceLock::new()).collect());
        let mut kinds = self.kinds.iter().map(|slot| slot.get_or_init(empty));
        // Most often it is the very same text.
        let is_it = |known: &str| std::ptr::eq(known, kind) || known == kind;
        let entries = kinds.find(|(known, _)| is_it(known)).map(|(_, entries)| entries);
        let Some(piece) = entries.and_then(|entries| entries.get(index / PIECE)) else { return draw() };
        let piece = piece.get_or_init(|| Box::new([const { OnceLock::new() }; PIECE]));
        *piece[index % PIECE].get_or_init(draw)
    }
}
