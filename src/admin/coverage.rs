//! `GET …/coverage`: which behaviors a world's clients have exercised, and how often.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::extract::Scope;
use super::markup::{markup, page};
use super::state::Admin;
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean;
use crate::report::coverage::Coverage;
use crate::report::{badge, html, junit};
use crate::urlencoded;

/// Every behavior with how often it was met, in the form that files of coverage have. Exercised,
/// not passed: what the client made of the answer is not known here.
pub async fn show(
    State(admin): State<Admin>,
    scope: Scope,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let Asked { format, all_worlds } =
        Asked::read(query.as_deref(), &["json", "text", "junit", "html", "badge"])?;
    let all = admin.catalogues();
    let counts = if all_worlds { admin.app.worlds.counts() } else { scope.world().counts() };
    let coverage = Coverage::of(&counts, all.iter().copied());
    let all = all.into_iter();
    Ok(match format {
        "text" => coverage.text(all).into_response(),
        "junit" => markup("application/xml", junit::xml(&coverage, all)),
        "html" => page(html::page(&coverage, all)),
        "badge" => markup("image/svg+xml", badge::svg(coverage.share(all))),
        _ => Json(coverage).into_response(),
    })
}

/// Which report is asked for.
pub struct Asked {
    /// One of those offered.
    pub format: &'static str,
    /// Whether it is about all worlds since the server began, gone ones too.
    pub all_worlds: bool,
}

impl Asked {
    /// Reads `format=` and `worlds=all`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(query: Option<&str>, formats: &[&'static str]) -> Result<Self, Refused> {
        let wrong = |message: String| refusal(StatusCode::BAD_REQUEST, "invalid_parameter", message);
        let pairs = urlencoded::pairs(query.unwrap_or_default())
            .map_err(|_| wrong("the query is not percent-encoded UTF-8".to_owned()))?;
        let mut asked = Self { format: formats[0], all_worlds: false };
        for (name, value) in pairs {
            match name.as_str() {
                "format" => {
                    let known = formats.iter().find(|format| **format == value);
                    asked.format = known.copied().ok_or_else(|| {
                        let near = did_you_mean(&value, formats.iter().copied());
                        wrong(format!("there is no format `{value}`{near}; there are {}", formats.join(", ")))
                    })?;
                }
                "worlds" if value == "all" => asked.all_worlds = true,
                "worlds" => {
                    return Err(wrong(format!(
                        "`worlds` takes `all`, not `{value}`; one world's is at /_mock/worlds/{value}/…"
                    )));
                }
                other => {
                    let near = did_you_mean(other, ["format", "worlds"]);
                    return Err(wrong(format!("unknown parameter `{other}`{near}; known: format, worlds")));
                }
            }
        }
        Ok(asked)
    }
}
