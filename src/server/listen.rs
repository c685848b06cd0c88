//! The sockets that the server listens on. On loopback they are two at one port, `127.0.0.1` and
//! `::1`: of a client that asks for `localhost` nobody knows which of them it tries first.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::{TcpListener, ToSocketAddrs, lookup_host};

/// The most free ports that are tried until one is free on both addresses.
const TRIES: usize = 8;

/// Listens on an address, and on the other loopback address if it is one.
///
/// # Errors
/// If the address cannot be listened on. Without the other one the server works all the same.
pub async fn listen(address: impl ToSocketAddrs) -> io::Result<(Vec<std::net::TcpListener>, SocketAddr)> {
    let wanted: Vec<SocketAddr> = lookup_host(address).await?.collect();
    let any_port = wanted.iter().all(|address| address.port() == 0);
    let mut tries = TRIES;
    loop {
        let listener = TcpListener::bind(wanted.as_slice()).await?.into_std()?;
        let own = listener.local_addr()?;
        let other: IpAddr = match own.ip() {
            IpAddr::V4(Ipv4Addr::LOCALHOST) => Ipv6Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::LOCALHOST) => Ipv4Addr::LOCALHOST.into(),
            _ => return Ok((vec![listener], own)),
        };
        match TcpListener::bind((other, own.port())).await {
            Ok(beside) => return Ok((vec![listener, beside.into_std()?], own)),
            Err(error) if error.kind() == ErrorKind::AddrInUse && any_port && tries > 0 => tries -= 1,
            Err(error) => {
                if error.kind() == ErrorKind::AddrInUse {
                    let taken = SocketAddr::new(other, own.port());
                    tracing::warn!(
                        "another process listens on {taken}: a client that asks for localhost may reach that one; ask \
                         for {} instead",
                        own.ip()
                    );
                }
                // A machine may have no IPv6.
                return Ok((vec![listener], own));
            }
        }
    }
}
