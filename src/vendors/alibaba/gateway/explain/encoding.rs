//! Encodings of names and values before they are signed: the vendor's, those of common libraries,
//! and all combinations of their differences.

/// An encoding of names and values. Every library leaves `A-Z a-z 0-9 - _ .` unencoded.
#[derive(Clone, Copy, PartialEq)]
pub struct Encoding {
    /// The other characters that are left unencoded.
    pub bare: &'static str,
    /// Whether a space becomes `+`.
    pub plus: bool,
    /// Whether `~` is encoded.
    pub tilde: bool,
    /// Whether `%xx` is in lower case.
    pub lower: bool,
}

/// The vendor's encoding (RFC 3986).
pub const STRICT: Encoding = Encoding { bare: "", plus: false, tilde: false, lower: false };

/// Sets of characters that libraries and hand-written encoders leave unencoded.
const BARE: [&str; 16] = [
    "",
    "/",
    ":",
    ":/",
    "*",
    "!()*",
    "!'()*",
    "$&+:=@",
    "!#$&'()*+,/:;=?@",
    "@",
    ":@",
    "!",
    "!'()",
    "*/",
    "!'()*/",
    "!'()*:@",
];

/// The encoding of HTML forms.
const FORM: Encoding = Encoding { bare: "*", plus: true, tilde: true, lower: false };

/// Encodings with names, the fewest deviations first: the encoding, the mistake's id, and its
/// description.
pub const LIBRARIES: [(Encoding, &str, &str); 12] = [
    (Encoding { plus: true, ..STRICT }, "space_as_plus", "a space was signed as `+`, not as %20"),
    (Encoding { bare: "*", ..STRICT }, "star_not_encoded", "`*` was signed bare, not as %2A"),
    (Encoding { tilde: true, ..STRICT }, "tilde_encoded", "`~` was signed as %7E, not bare"),
    (Encoding { bare: "/", ..STRICT }, "slash_not_encoded", "`/` was signed bare, not as %2F"),
    (Encoding { lower: true, ..STRICT }, "lower_case_hex", "it was signed with small letters in %xx"),
    (
        Encoding { bare: "", ..FORM },
        "php_urlencode",
        "it was signed as PHP's urlencode encodes: `+` for a space, ~ as %7E; rawurlencode is right",
    ),
    (FORM, "form_encoding", "it was signed as HTML forms are encoded: `+` for a space, `*` bare, ~ as %7E"),
    (
        Encoding { bare: "!'()*", ..STRICT },
        "component_encoding",
        "`!'()*` were signed bare, as encodeURIComponent leaves them",
    ),
    (
        Encoding { bare: "!()*", ..FORM },
        "dotnet_web_utility",
        "it was signed as .NET's WebUtility.UrlEncode encodes: `+` for a space, `!()*` bare, ~ as %7E",
    ),
    (
        Encoding { bare: "!()*", lower: true, ..FORM },
        "dotnet_http_utility",
        "it was signed as .NET's HttpUtility.UrlEncode encodes: `+` for a space, `!()*` bare, ~ as %7e, small letters",
    ),
    (
        Encoding { bare: "$&+:=@", ..STRICT },
        "path_escape",
        "it was signed as Go's url.PathEscape encodes, which leaves `$&+:=@` bare",
    ),
    (
        Encoding { bare: "!#$&'()*+,/:;=?@", ..STRICT },
        "encode_uri",
        "it was signed as JavaScript's encodeURI encodes, which leaves `!#$&'()*+,/:;=?@` bare",
    ),
];

impl Encoding {
    /// Encodes a text.
    pub fn encode(self, text: &str) -> String {
        let digits = if self.lower { b"0123456789abcdef" } else { b"0123456789ABCDEF" };
        let mut encoded = String::with_capacity(text.len() * 2);
        for byte in text.bytes() {
            let bare = byte.is_ascii_alphanumeric()
                || b"-_.".contains(&byte)
                || (byte == b'~' && !self.tilde)
                || self.bare.as_bytes().contains(&byte);
            if bare {
                encoded.push(char::from(byte));
            } else if byte == b' ' && self.plus {
                encoded.push('+');
            } else {
                encoded.push('%');
                encoded.push(char::from(digits[usize::from(byte >> 4)]));
                encoded.push(char::from(digits[usize::from(byte & 15)]));
            }
        }
        encoded
    }

    /// Describes the differences from the vendor's encoding.
    pub fn in_words(self) -> String {
        let mut words = vec![];
        if self.plus {
            words.push("a space as `+`".to_owned());
        }
        if !self.bare.is_empty() {
            words.push(format!("`{}` bare", self.bare));
        }
        if self.tilde {
            words.push("`~` as %7E".to_owned());
        }
        if self.lower {
            words.push("small letters in %xx".to_owned());
        }
        words.join(", ")
    }

    /// All combinations of differences, without the vendor's encoding itself.
    pub fn all() -> impl Iterator<Item = Self> {
        let flags = (0..8).map(|n| (n & 1 != 0, n & 2 != 0, n & 4 != 0));
        flags
            .flat_map(|(lower, plus, tilde)| BARE.map(|bare| Encoding { bare, plus, tilde, lower }))
            .filter(|encoding| *encoding != STRICT)
    }
}
