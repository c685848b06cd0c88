//! Extractors: the world, the named entry and the base URL of an admin request.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::state::Admin;
use crate::exchange::{Refused, refusal, unknown_world};
use crate::vendor::{host, scheme};
use crate::world::{Slot, World};

/// The world that the path names, or the default one. Extracting it counts as use of the world.
pub struct Scope {
    pub slot: Arc<Slot>,
}

impl Scope {
    /// The world's current state.
    pub fn world(&self) -> Arc<World> {
        self.slot.world()
    }
}

impl FromRequestParts<Admin> for Scope {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, admin: &Admin) -> Result<Self, Refused> {
        let parameters = parameters(parts).await?;
        let worlds = &admin.app.worlds;
        let slot = match parameters.get("world") {
            None => Arc::clone(worlds.default_slot()),
            Some(id) => worlds.get(id).ok_or_else(|| unknown_world(&admin.app, id, true))?,
        };
        slot.touch();
        Ok(Self { slot })
    }
}

/// The base URL by which the caller reached this server, according to the request's `Host`.
pub struct AdminUrl(pub String);

impl FromRequestParts<Admin> for AdminUrl {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, admin: &Admin) -> Result<Self, Infallible> {
        let scheme = scheme(parts);
        let host = host(parts).map_or_else(|| reachable(admin.address).to_string(), str::to_owned);
        Ok(Self(format!("{scheme}://{host}")))
    }
}

/// The address by which this machine reaches a server: loopback, if the server listens on all
/// addresses.
#[must_use]
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    };
    SocketAddr::new(ip, address.port())
}

/// The last parameter of the path, such as the id of an agent, queue or fault.
pub struct Named(pub String);

impl FromRequestParts<Admin> for Named {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Admin) -> Result<Self, Refused> {
        let mut parameters = parameters(parts).await?;
        parameters.remove("world");
        Ok(Self(parameters.into_values().next().unwrap_or_default()))
    }
}

/// The id of the world that the path names, whether or not that world exists.
pub struct WorldId(pub String);

impl FromRequestParts<Admin> for WorldId {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Admin) -> Result<Self, Refused> {
        Ok(Self(parameters(parts).await?.remove("world").unwrap_or_default()))
    }
}

async fn parameters(parts: &mut Parts) -> Result<HashMap<String, String>, Refused> {
    let path = Path::<HashMap<String, String>>::from_request_parts(parts, &()).await;
    path.map(|Path(parameters)| parameters).map_err(|error| {
        refusal(
            StatusCode::BAD_REQUEST,
            "invalid_path",
            format!("the path is not right: {}", error.body_text()),
        )
    })
}
