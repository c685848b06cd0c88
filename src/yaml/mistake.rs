//! The mistakes of a text, and what is left of it.

/// A mistake in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
    /// The path in the text, such as `calls[3].agent`; empty for the text itself.
    pub path: String,
    /// The problem and its remedy.
    pub message: String,
    /// For an unknown key: the known key that is near it.
    pub meant: Option<String>,
}

/// The value of a text, and the mistakes in it.
#[derive(Debug)]
pub struct Read<T> {
    /// The value, without the entries that have a mistake; none where nothing could be read.
    pub value: Option<T>,
    /// The mistakes, in the order of the text.
    pub mistakes: Vec<Mistake>,
    /// The top-level keys whose values are not whole: an entry has a mistake, or the key is
    /// misspelt.
    pub left_out: Vec<String>,
}
