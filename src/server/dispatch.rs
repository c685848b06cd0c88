//! Dispatches the requests on the port to the admin API and the vendors, with CORS for browsers.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, header};
use axum::response::{IntoResponse, Redirect, Response};
use hyper::body::Body as _;
use tower::{Layer as _, ServiceExt};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer, ExposeHeaders};

use super::browsers::{self, Browsers};
use super::settings::Settings;
use crate::exchange::{self, App};
use crate::vendor::OverTls;
use crate::version::VERSION;

/// Dispatches the requests on the port.
pub struct Dispatcher {
    pub app: Arc<App>,
    admin: Router,
    cors: Option<CorsLayer>,
    browsers: Browsers,
    /// Whether the admin API needs a token.
    needs_token: bool,
}

impl Dispatcher {
    pub fn new(admin: Router, app: Arc<App>, settings: &Settings, address: SocketAddr) -> Self {
        let browsers = Browsers::new(address, &settings.cors, &settings.hosts);
        Self { app, admin, cors: cors(&settings.cors), browsers, needs_token: settings.admin_token.is_some() }
    }

    pub async fn answer(self: Arc<Self>, request: Request<Body>) -> Response {
        // An OPTIONS request without Access-Control-Request-Method is no preflight: the vendor
        // answers it.
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
        let Ok(response) = Box::pin(cors.layer(inner).oneshot(request)).await;
        response
    }

    async fn dispatch(&self, request: Request<Body>) -> Response {
        let path = request.uri().path();
        if path == "/_mock" || path.starts_with("/_mock/") {
            let mut response = match self.browsers.let_in(&request) {
                Ok(()) => {
                    let Ok(response) = Box::pin(self.admin.clone().oneshot(request)).await;
                    response
                }
                Err(refused) => *refused,
            };
            browsers::harden(response.headers_mut());
            return response;
        }
        if path == "/" && self.is_a_person(&request) {
            // The text has credentials, as the index of the admin API has.
            if let Err(refused) = self.browsers.let_in(&request) {
                return *refused;
            }
            let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
            if accept.is_some_and(|accept| accept.contains("text/html")) {
                return Redirect::temporary("/_mock/ui").into_response();
            }
            return self.welcome(&request).into_response();
        }
        // In a box of its own, it is not copied each time that a future around it is handed on. So are
        // the futures of the other ways above.
        match Box::pin(exchange::answer(&self.app, request)).await {
            Ok(response) => response,
            Err(request) => exchange::no_vendor(&self.app, &request.into_parts().0),
        }
    }

    /// Whether a person asked for the base URL, with a browser or `curl`, instead of a client that
    /// calls the vendor whose path is `/`. A person sends no query, no body and no credentials.
    fn is_a_person(&self, request: &Request<Body>) -> bool {
        let headers = request.headers();
        matches!(*request.method(), Method::GET | Method::HEAD)
            && request.uri().query().is_none_or(str::is_empty)
            && request.body().is_end_stream()
            && !headers.contains_key(header::AUTHORIZATION)
            && !self.app.vendors.iter().any(|vendor| vendor.is_client(headers))
    }

    /// The text for a person: what callmock is, and commands to paste. The commands have credentials,
    /// so a server with an admin token shows none.
    fn welcome(&self, request: &Request<Body>) -> String {
        let app = &self.app;
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.or(request.uri().authority().map(axum::http::uri::Authority::as_str));
        let scheme = if request.extensions().get::<OverTls>().is_some() { "https" } else { "http" };
        let base = match &app.place.public_url {
            Some(url) => url.clone(),
            None => format!("{scheme}://{}", host.unwrap_or(&app.place.address)),
        };
        let world = app.worlds.default_slot().world();
        let mut text = format!(
            "callmock {}: answers as {} do\nscenario: {} ({} calls)\n",
            VERSION,
            app.vendors.iter().map(|vendor| vendor.name()).collect::<Vec<_>>().join(", "),
            world.scenario().title.as_deref().unwrap_or("without a title"),
            world.universe().len(),
        );
        if self.needs_token {
            text.push_str(&format!(
                "\ncredentials      curl {base}/_mock -H 'Authorization: Bearer ADMIN_TOKEN' (CALLMOCK_ADMIN_TOKEN)\n"
            ));
            return text;
        }
        text.push_str("\nPaste one of these:\n");
        for vendor in app.vendors {
            for line in vendor.examples(&world, &base) {
                text.push_str(&format!("\n# {}\n{line}\n", vendor.catalogue().product));
            }
        }
        text.push_str(&format!(
            "\ncredentials      curl {base}/_mock\nwho is there     curl {base}/_mock/agents (queues, customers, calls)\n\
             what was sent    curl {base}/_mock/journal\n"
        ));
        text
    }
}

/// The CORS layer for the allowed origins. It also answers preflight requests, which vendors do not
/// know.
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
