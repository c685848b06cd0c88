//! The meanings of a scalar besides that of its text.

/// The words that YAML 1.1 takes for truth values.
pub fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Some(true),
        "false" | "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

/// A whole number: decimal without leading zeros, hexadecimal or octal, with `_` between digits.
pub fn whole<T: TryFrom<i128>>(text: &str) -> Option<T> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits {
        hex if hex.starts_with("0x") => (16, &hex[2..]),
        octal if octal.starts_with("0o") => (8, &octal[2..]),
        zeros if zeros.len() > 1 && zeros.starts_with('0') => return None,
        decimal => (10, decimal),
    };
    if digits.starts_with('_') || digits.starts_with(['+', '-']) {
        return None;
    }
    let number = i128::from_str_radix(&digits.replace('_', ""), radix).ok()?;
    T::try_from(sign * number).ok()
}

/// A number with a fraction or an exponent, or a whole one.
pub fn number(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches(['+', '-']);
    let starts = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let leading_zero =
        digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") && !digits.starts_with("0e");
    if !starts || leading_zero {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
