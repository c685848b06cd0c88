//! A tree as lines, for a text that the binary carries: reading them takes a fraction of the time
//! that reading YAML takes.
//!
//! Each line is one value: `LINE COLUMN MARK`, and what belongs to the mark. `=` is a plain scalar
//! and `"` another one, each with its text; `[` is a list and `{` a mapping, each with the number of
//! the values that follow as its own. The values of a mapping are key and value by turns. In a text
//! `\n` stands for a line feed and `\\` for a backslash.

use std::borrow::Cow;
use std::fmt::Write;
use std::rc::Rc;

use super::mistake::Mistake;
use super::tree::{Bounds, Kind, Node, Scalar, parse};

/// The lines of a text's tree.
///
/// # Errors
/// The first part of the text that is not YAML.
pub fn prepared(text: &str) -> Result<String, Mistake> {
    let mut lines = String::new();
    write(&mut lines, &*parse(text, Bounds::OWN)?);
    Ok(lines)
}

fn write(lines: &mut String, node: &Node<'_>) {
    let Node { kind, line, column, .. } = node;
    let _ = match kind {
        Kind::Scalar(Scalar { text, plain }) => {
            let mark = if *plain { '=' } else { '"' };
            let text = text.replace('\\', "\\\\").replace('\n', "\\n");
            writeln!(lines, "{line} {column} {mark}{text}")
        }
        Kind::List(items) => writeln!(lines, "{line} {column} [{}", items.len()),
        Kind::Map(pairs) => writeln!(lines, "{line} {column} {{{}", 2 * pairs.len()),
    };
    match kind {
        Kind::Scalar(_) => {}
        Kind::List(items) => items.iter().for_each(|item| write(lines, item)),
        Kind::Map(pairs) => {
            for (key, value) in pairs {
                write(lines, key);
                write(lines, value);
            }
        }
    }
}

/// The tree that some lines describe. None if they describe no tree.
pub fn tree(lines: &str) -> Option<Rc<Node<'_>>> {
    read(&mut lines.lines())
}

fn read<'t>(lines: &mut std::str::Lines<'t>) -> Option<Rc<Node<'t>>> {
    let (line, rest) = number(lines.next()?.as_bytes())?;
    let (column, rest) = number(rest.strip_prefix(b" ")?)?;
    let [b' ', mark, rest @ ..] = rest else { return None };
    let rest = std::str::from_utf8(rest).ok()?;
    let kind = match mark {
        b'=' | b'"' => Kind::Scalar(Scalar { text: unescaped(rest), plain: *mark == b'=' }),
        b'[' => {
            let length = rest.parse().ok()?;
            let mut items = Vec::with_capacity(length);
            for _ in 0..length {
                items.push(read(lines)?);
            }
            Kind::List(items)
        }
        b'{' => {
            let length = rest.parse::<usize>().ok()? / 2;
            let mut pairs = Vec::with_capacity(length);
            for _ in 0..length {
                pairs.push((read(lines)?, read(lines)?));
            }
            Kind::Map(pairs)
        }
        _ => return None,
    };
    Some(Rc::new(Node::of(kind, line, column)))
}

/// The number at the beginning of a line, and what follows it.
fn number(line: &[u8]) -> Option<(u64, &[u8])> {
    let digits = line.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = line.split_at(digits);
    let number = number.iter().fold(0, |number, digit| 10 * number + u64::from(digit - b'0'));
    (digits > 0).then_some((number, rest))
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    let (mut plain, mut characters) = (String::new(), text.chars());
    while let Some(c) = characters.next() {
        plain.push(match c {
            '\\' => characters.next().map_or('\\', |c| if c == 'n' { '\n' } else { c }),
            c => c,
        });
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_the_same_by_its_lines_as_by_its_text() {
        let odd = "a: [1, '2', ~, {}]\n? b\n: |\n  two\n  \\lines\\n\nc: &x {k: \"\\\\\"}\nd: *x\ne:\n";
        for text in ["", "plain", "- 鈴木\n-\n", odd] {
            let lines = prepared(text).expect("YAML");
            let (by_text, by_lines) = (parse(text, Bounds::OWN).expect("YAML"), tree(&lines));
            assert_eq!(format!("{:?}", by_lines.expect("a tree")), format!("{by_text:?}"), "{lines}");
        }
    }

    #[test]
    fn lines_that_describe_no_tree_are_seen() {
        for lines in ["", "1 1", "1 x =a", "1 1 [2\n1 2 =a", "1 1 {2\n1 2 =a", "1 1 ?a", "1 1 "] {
            assert!(tree(lines).is_none(), "{lines:?}");
        }
    }
}
