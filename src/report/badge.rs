//! A badge with the share of exercised behaviors, as a small SVG.

use super::coverage::Share;

/// The badge of a share.
#[must_use]
pub fn svg(share: Share) -> String {
    let percent = share.percent();
    let (value, color) = match percent {
        // A share of nothing is not shown as 100 %.
        _ if share.of == 0 => ("none".to_owned(), "#555"),
        90.. => (format!("{percent}%"), "#2e7d32"),
        70..90 => (format!("{percent}%"), "#827717"),
        40..70 => (format!("{percent}%"), "#b26a00"),
        _ => (format!("{percent}%"), "#b71c1c"),
    };
    // Badges usually have 7 px per character at 11 px. Each text states its length, so that the
    // layout does not depend on the font.
    let label = "contract exercised";
    let (left, right) = (label.len() * 6 + 12, value.len() * 7 + 14);
    let (width, middle, value_middle) = (left + right, left / 2, left + right / 2);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}: {value}">
<title>{label}: {value}</title>
<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#444"/><rect x="{left}" width="{right}" height="20" fill="{color}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{middle}" y="14" textLength="{label_length}">{label}</text><text x="{value_middle}" y="14">{value}</text>
</g>
</svg>
"##,
        label_length = left - 12,
    )
}
