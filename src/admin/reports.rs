//! `GET /_mock/reports`: the last reports of `rehearse` and `matrix`, if the server was started with
//! the folder in which they are kept.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::markup::page;
use super::state::Admin;
use crate::exchange::{Refused, refusal};
use crate::report::kept::{self, FORMATS};

/// Returns the names, the times and the files of the reports, the newest first.
pub async fn list(State(admin): State<Admin>) -> Json<Value> {
    let kept = admin.reports.as_deref().map(kept::of).unwrap_or_default();
    let reports = kept.iter().map(|report| {
        let files: Vec<String> =
            FORMATS.iter().map(|(end, _)| format!("/_mock/reports/{}.{end}", report.name)).collect();
        json!({ "report": report.name, "at": report.at, "files": files })
    });
    Json(json!({ "reports": reports.collect::<Vec<_>>() }))
}

/// Returns one file of a report.
pub async fn show(State(admin): State<Admin>, Path(name): Path<String>) -> Result<Response, Refused> {
    let missing = |message: String| refusal(StatusCode::NOT_FOUND, "not_found", message);
    let Some(folder) = admin.reports.as_deref() else {
        return Err(missing(
            "no folder of reports was named: start the server with --reports DIR".to_owned(),
        ));
    };
    let (path, kind) = kept::file(folder, &name).ok_or_else(|| {
        let names = kept::NAMES.map(|report| FORMATS.map(|(end, _)| format!("{report}.{end}")).join(", "));
        missing(format!("there is no report `{name}`; there are {}", names.join(", ")))
    })?;
    let text = tokio::task::spawn_blocking(move || std::fs::read_to_string(path)).await;
    let Ok(Ok(text)) = text else {
        return Err(missing(format!(
            "{name} is not there yet: run `callmock rehearse` or `callmock matrix` with --reports {}",
            folder.display()
        )));
    };
    if kind.starts_with("text/html") {
        return Ok(page(text));
    }
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], text).into_response())
}
