//! `GET …/coverage`: the behaviors that a world's clients have exercised, with counts.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::extract::Scope;
use super::markup::{markup, page};
use super::state::Admin;
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean;
use crate::report::coverage::{Coverage, Run};
use crate::report::text::{self, Listed};
use crate::report::{badge, html, junit};
use crate::urlencoded;

/// Returns every behavior with its count, in the format of coverage files. A behavior is called
/// exercised, never passed: callmock does not know what the client made of the answer.
pub async fn show(
    State(admin): State<Admin>,
    scope: Scope,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let Asked { format, all_worlds, listed } =
        Asked::read(query.as_deref(), &["json", "text", "junit", "html", "badge"])?;
    let all = admin.catalogues();
    let counts = if all_worlds { admin.app.worlds.counts() } else { scope.world().counts() };
    let scenario = scope.world().scenario().title.clone();
    let coverage = Coverage::of(&counts, all.iter().copied()).of_run(Run::now(scenario, None));
    let all = all.into_iter();
    Ok(match format {
        "text" => text::text(&coverage, all, listed).into_response(),
        "junit" => markup("application/xml", junit::xml(&coverage, all, listed)),
        "html" => page(html::page(&coverage, all)),
        "badge" => markup("image/svg+xml", badge::svg(coverage.share(all))),
        _ => Json(coverage).into_response(),
    })
}

/// The report that a query asks for.
pub struct Asked {
    /// The format, one of those that the resource offers.
    pub format: &'static str,
    /// Whether the report covers all worlds since the server started, including removed ones.
    pub all_worlds: bool,
    /// Whether text and JUnit also list the behaviors that were never exercised.
    pub listed: Listed,
}

impl Asked {
    /// Reads `format=`, `worlds=all` and `all=true`. Without `format=`, the first of `formats` is
    /// chosen.
    ///
    /// # Errors
    /// A refusal of an unknown parameter, format or value.
    pub fn read(query: Option<&str>, formats: &[&'static str]) -> Result<Self, Refused> {
        let wrong = |message: String| refusal(StatusCode::BAD_REQUEST, "invalid_parameter", message);
        let pairs = urlencoded::pairs(query.unwrap_or_default())
            .map_err(|_| wrong("the query is not percent-encoded UTF-8".to_owned()))?;
        let mut asked = Self { format: formats[0], all_worlds: false, listed: Listed::Exercised };
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
                "all" if value == "true" => asked.listed = Listed::All,
                "all" if value == "false" => {}
                "all" => return Err(wrong(format!("`all` takes `true` or `false`, not `{value}`"))),
                other => {
                    let near = did_you_mean(other, ["all", "format", "worlds"]);
                    return Err(wrong(format!(
                        "unknown parameter `{other}`{near}; known: all, format, worlds"
                    )));
                }
            }
        }
        Ok(asked)
    }
}
