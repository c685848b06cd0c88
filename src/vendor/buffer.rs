//! The buffer that an answer is written into.

use std::io;

/// A buffer that grows like a vector. A row is hundreds of small pieces, so each of them is one
/// comparison and one copy: the bytes after the end are there already, and are zero.
#[derive(Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    end: usize,
}

impl Buffer {
    /// An empty buffer with room for so many bytes.
    #[must_use]
    pub fn with_room(room: usize) -> Self {
        Self { bytes: vec![0; room], end: 0 }
    }

    /// The number of bytes that are written.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.end
    }

    /// Whether nothing is written.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.end == 0
    }

    /// Appends a byte.
    #[inline]
    pub fn push(&mut self, byte: u8) {
        match self.bytes.get_mut(self.end) {
            Some(place) => *place = byte,
            None => self.grow(&[byte]),
        }
        self.end += 1;
    }

    /// Appends some bytes.
    #[inline]
    pub fn append(&mut self, piece: &[u8]) {
        match self.bytes.get_mut(self.end..self.end + piece.len()) {
            Some(place) => place.copy_from_slice(piece),
            None => self.grow(piece),
        }
        self.end += piece.len();
    }

    /// Appends some bytes with the same byte before and after them.
    #[inline]
    pub fn append_between(&mut self, byte: u8, piece: &[u8]) {
        let end = self.end + piece.len() + 2;
        if let Some([before, place @ .., after]) = self.bytes.get_mut(self.end..end) {
            (*before, *after) = (byte, byte);
            place.copy_from_slice(piece);
            self.end = end;
        } else {
            self.push(byte);
            self.append(piece);
            self.push(byte);
        }
    }

    /// Replaces the byte at a place, or appends it if the place is the end.
    #[inline]
    pub fn put_at(&mut self, place: usize, byte: u8) {
        if place == self.end {
            self.push(byte);
        } else {
            self.bytes[place] = byte;
        }
    }

    /// The bytes that were written.
    #[must_use]
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.end);
        self.bytes
    }

    /// Doubles the room at least, and writes a piece at the end.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, piece: &[u8]) {
        let end = self.end + piece.len();
        self.bytes.resize(end.max(self.bytes.len() * 2).max(64), 0);
        self.bytes[self.end..end].copy_from_slice(piece);
    }
}

/// Never fails.
impl io::Write for Buffer {
    #[inline]
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.append(piece);
        Ok(piece.len())
    }

    #[inline]
    fn write_all(&mut self, piece: &[u8]) -> io::Result<()> {
        self.append(piece);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_buffer_holds_what_was_written_whatever_room_it_began_with(
            room in 0_usize..200, pieces in proptest::collection::vec(proptest::collection::vec(b'<'..b'>', 0..40), 0..40),
        ) {
            let mut buffer = Buffer::with_room(room);
            // A piece that begins with `<` gets one at its end, too.
            for piece in &pieces {
                match piece.as_slice() {
                    [byte] => buffer.push(*byte),
                    [b'<', rest @ ..] => buffer.append_between(b'<', rest),
                    piece => buffer.append(piece),
                }
            }
            let closed = |piece: &Vec<u8>| match piece.as_slice() {
                [b'<', _, ..] => [piece.as_slice(), b"<"].concat(),
                _ => piece.clone(),
            };
            let expected = pieces.iter().map(closed).collect::<Vec<_>>().concat();
            prop_assert_eq!(buffer.len(), expected.len());
            prop_assert_eq!(buffer.is_empty(), expected.is_empty());
            prop_assert_eq!(buffer.into_bytes(), expected);
        }
    }

    #[test]
    fn a_byte_is_replaced_where_there_is_one_and_appended_at_the_end() {
        let mut buffer = Buffer::with_room(1);
        buffer.append(b"ab");
        buffer.put_at(0, b'x');
        buffer.put_at(2, b'y');
        assert_eq!(buffer.into_bytes(), b"xby");
    }
}
