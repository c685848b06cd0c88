//! Lists with page numbers: notes about their pages, and the `Link` header (RFC 8288).

use crate::contract::Paging;
use crate::universe::Ordinal;
use crate::urlencoded;
use crate::world::{AskedPage, Step, Visited, Walks, WindowId};

use super::Context;

/// A page of a list with page numbers, which begin at 1.
#[derive(Debug, Clone, Copy)]
pub struct NumberedPage<'a> {
    /// A hash of the list: filters and order, but not the page.
    pub list: u64,
    /// The page number, from 1.
    pub number: usize,
    /// The requested page size.
    pub size: usize,
    /// The number of pages, as far as this page's answer tells it; 1 if it does not.
    pub pages: usize,
    /// The rows.
    pub rows: &'a [Ordinal],
    /// The range of times that the list is of, if it is of one.
    pub window: Option<WindowId>,
}

impl NumberedPage<'_> {
    /// Notes the page as a step of a walk through its list. Page 1 tells how many pages follow.
    #[expect(clippy::must_use_candidate, reason = "the step is noted, whether its role matters or not")]
    pub fn note(&self, context: &Context, rules: &'static Paging) -> Step {
        let page = |number: usize| Walks::hash(itoa::Buffer::new().format(number));
        let first = self.number == 1;
        let onward: Vec<u64> = if first { (2..=self.pages).map(page).collect() } else { vec![] };
        let visited = Visited {
            list: self.list,
            variant: self.size as u64,
            position: page(self.number),
            first,
            onward: &onward,
            rows: self.rows,
            window: self.window,
        };
        context.step(&visited, rules)
    }

    /// Whether a client is walking through the same list with another page size.
    #[must_use]
    pub fn is_of_another_size(&self, context: &Context) -> bool {
        context.world.walks().goes_on_otherwise(self.list, self.size as u64)
    }
}

/// The page of a number, as a request asks for it. None if it is no number.
#[must_use]
pub fn asked_page(number: &str) -> Option<AskedPage> {
    let number: usize = number.trim().parse().ok()?;
    Some(AskedPage { position: Some(number.to_string()), words: format!("page {number}") })
}

/// One link of a `Link` header. In the query, every character except letters, digits and `-_.~` is
/// percent-encoded, because clients split the header at commas.
#[must_use]
pub fn link(url: &str, query: &[(String, String)], relation: &str) -> String {
    let pairs: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{}={}", urlencoded::strict(name), urlencoded::strict(value)))
        .collect();
    format!("<{url}?{}>; rel=\"{relation}\"", pairs.join("&"))
}
