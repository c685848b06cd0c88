//! Lists by page number: noting their pages, and the `Link` header (RFC 8288) that leads on.

use crate::contract::Paging;
use crate::urlencoded;
use crate::world::{Step, Visited};

use super::Context;

/// A page of a list whose pages have numbers, from 1.
#[derive(Debug, Clone, Copy)]
pub struct NumberedPage {
    /// The list: what was searched for and in which order, but not which page.
    pub list: u64,
    /// Its number, from 1.
    pub number: usize,
    /// The size that was asked for.
    pub size: usize,
    /// The number of pages, as far as this page's answer tells; 1 where it tells nothing.
    pub pages: usize,
}

impl NumberedPage {
    /// Notes the page as a step of a walk through its list: page 1 tells how many follow.
    pub fn note(&self, context: &Context, rules: &'static Paging) -> Step {
        let page = |number: usize| number.to_string();
        let first = self.number == 1;
        let visited = Visited {
            list: self.list,
            variant: self.size as u64,
            position: &page(self.number),
            first,
            onward: if first { (2..=self.pages).map(page).collect() } else { vec![] },
        };
        context.step(&visited, rules)
    }

    /// Whether a walk goes through the same list by pages of another size.
    #[must_use]
    pub fn is_of_another_size(&self, context: &Context) -> bool {
        context.world.walks().goes_on_otherwise(self.list, self.size as u64)
    }
}

/// One link of a `Link` header. Every character of the query that is not a letter, a digit or one of
/// `-_.~` is percent-encoded: clients cut the header at commas.
#[must_use]
pub fn link(url: &str, query: &[(String, String)], relation: &str) -> String {
    let pairs: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{}={}", urlencoded::strict(name), urlencoded::strict(value)))
        .collect();
    format!("<{url}?{}>; rel=\"{relation}\"", pairs.join("&"))
}
