//! Everything that answers on the port: the admin API, the vendors, and what browsers need.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, header};
use axum::response::{IntoResponse, Redirect, Response};
use tower::{Layer as _, ServiceExt};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer, ExposeHeaders};

use super::browsers::{self, Browsers};
use super::settings::Settings;
use crate::exchange::{self, App};

/// Everything that answers on the port.
pub struct Dispatcher {
    pub app: Arc<App>,
    admin: Router,
    cors: Option<CorsLayer>,
    browsers: Browsers,
}

impl Dispatcher {
    pub fn new(admin: Router, app: Arc<App>, settings: &Settings, address: SocketAddr) -> Self {
        let browsers = Browsers::new(address, &settings.cors, &settings.hosts);
        Self { app, admin, cors: cors(&settings.cors), browsers }
    }

    pub async fn answer(self: Arc<Self>, request: Request<Body>) -> Response {
        // Without the method that it is about to use, a browser's OPTIONS is the vendor's to
        // answer.
        let for_browsers = request.headers().contains_key(header::ORIGIN)
            && (request.method() != Method::OPTIONS
                || request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD));
        let Some(cors) = self.cors.clone().filter(|_| for_browsers) else {
            return self.dispatch(request).await;
        };
        let inner = tower::service_fn(move |request| {
            let this = Arc::clone(&self);
            async move { Ok::<_, Infallible>(this.dispatch(request).await) }
        });
        let Ok(response) = cors.layer(inner).oneshot(request).await;
        response
    }

    async fn dispatch(&self, request: Request<Body>) -> Response {
        let path = request.uri().path();
        if path == "/_mock" || path.starts_with("/_mock/") {
            let mut response = match self.browsers.let_in(&request) {
                Ok(()) => {
                    let Ok(response) = self.admin.clone().oneshot(request).await;
                    response
                }
                Err(refused) => *refused,
            };
            browsers::harden(response.headers_mut());
            return response;
        }
        if path == "/" && is_a_browser(&request) {
            return Redirect::temporary("/_mock").into_response();
        }
        match exchange::answer(&self.app, request).await {
            Ok(response) => response,
            Err(request) => exchange::no_vendor(&self.app, &request.into_parts().0),
        }
    }
}

/// What lets pages of some origins read answers, and preflight requests through, which vendors know
/// nothing of.
fn cors(origins: &[HeaderValue]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let any = origins.iter().any(|origin| origin == "*");
    let allowed = if any { AllowOrigin::any() } else { AllowOrigin::list(origins.iter().cloned()) };
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(ExposeHeaders::any());
    Some(layer)
}

/// Whether somebody opened the base URL to look, rather than to call the vendor that lives on `/`:
/// a browser asks for HTML, and says nothing else.
fn is_a_browser(request: &Request<Body>) -> bool {
    let headers = request.headers();
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    request.method() == Method::GET
        && accept.contains("text/html")
        && request.uri().query().is_none_or(str::is_empty)
        && !headers.contains_key(header::AUTHORIZATION)
        && !headers.keys().any(|name| name.as_str().starts_with("x-acs-"))
}
