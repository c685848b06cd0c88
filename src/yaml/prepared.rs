//! The parsed form of a text that the binary carries: its tree, one line a value, parents first. It
//! is read in a tenth of the instructions that YAML takes.
//!
//! A line has the value's line and column in the text, a mark, and its content. The mark is `=` for a
//! plain scalar and `"` for any other scalar, both followed by the text. It is `[` for a list and `{`
//! for a mapping, both followed by the number of values in it. The values of a mapping are its keys,
//! each followed by its value. In a text, `\n` stands for a line feed and `\\` for a backslash.

use std::borrow::Cow;
use std::fmt::Write;
use std::rc::Rc;

use super::mistake::Mistake;
use super::tree::{Bounds, Kind, Node, Scalar, parse};

/// The parsed form of a text.
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

/// The tree of a parsed form. None if the lines are not one tree.
pub fn tree(lines: &str) -> Option<Rc<Node<'_>>> {
    let mut lines = lines.lines();
    read(&mut lines).filter(|_| lines.next().is_none())
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
    fn a_parsed_form_gives_the_tree_of_its_text() {
        let odd = "a: [1, '2', ~, {}]\n? b\n: |\n  two\n  \\lines\\n\nc: &x {k: \"\\\\\"}\nd: *x\ne:\n";
        for text in ["", "plain", "- 鈴木\n-\n", odd] {
            let lines = prepared(text).expect("YAML");
            let (by_text, by_lines) = (parse(text, Bounds::OWN).expect("YAML"), tree(&lines));
            assert_eq!(format!("{:?}", by_lines.expect("a tree")), format!("{by_text:?}"), "{lines}");
        }
    }

    #[test]
    fn lines_that_are_not_one_tree_are_seen() {
        let short = ["1 1 [2\n1 2 =a", "1 1 {2\n1 2 =a"];
        let long = ["1 1 =a\n1 2 =b", "1 1 {3\n1 2 =a\n1 3 =b\n1 4 =c"];
        for lines in ["", "1 1", "1 x =a", "1 1 ?a", "1 1 "].into_iter().chain(short).chain(long) {
            assert!(tree(lines).is_none(), "{lines:?}");
        }
    }
}
