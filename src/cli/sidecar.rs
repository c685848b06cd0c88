//! A sidecar: the server that `exec` and `matrix` run for a command.

use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::process::Command;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{children, options};
use crate::admin::reachable;
use crate::exchange::App;
use crate::platform::create_private;
use crate::scenario::Library;
use crate::server::{Server, Settings};
use crate::world::Ids;

/// The environment variables of proxies. Some clients would send requests for the server to a
/// proxy, even on this machine.
const PROXIES: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
/// The environment variables of proxies for TLS.
const TLS_PROXIES: [&str; 2] = ["https_proxy", "HTTPS_PROXY"];

/// A server for a command, which runs until it is stopped.
pub struct Sidecar {
    /// The application that all requests share.
    pub app: Arc<App>,
    /// The address that the server listens on.
    pub address: SocketAddr,
    environment: Vec<(String, String)>,
    trusted: Option<TrustFile>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Sidecar {
    /// Starts a server on a port. When this returns, the server listens: a command's first request
    /// may wait, but is never refused.
    ///
    /// # Errors
    /// If the server cannot listen on the port.
    pub async fn start(
        flags: &options::Args,
        port: u16,
        library: Library,
        settings: Settings,
    ) -> Result<Self, String> {
        let certificate = settings.tls.as_ref().map(|tls| Arc::clone(&tls.certificate));
        let token = settings.admin_token.clone();
        let server = Server::bind((flags.host.as_str(), port), library, settings)
            .await
            .map_err(|error| flags.cannot_listen(port, &error))?;
        let (address, app) = (server.address(), Arc::clone(server.app()));
        let reachable = reachable(address).to_string();
        let mut environment = app.environment(&app.worlds.default_slot().world(), &reachable);
        environment.push(("CALLMOCK_URL".to_owned(), format!("{}://{reachable}", flags.scheme())));
        if let Some(token) = token {
            environment.push(("CALLMOCK_ADMIN_TOKEN".to_owned(), token));
        }
        let trusted = certificate.map(|pem| TrustFile::write(&pem)).transpose()?;
        if let Some(TrustFile(path)) = &trusted {
            environment.push(("CALLMOCK_CA_CERT".to_owned(), path.display().to_string()));
        }
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.run(async move { drop(stopped.await) }));
        Ok(Self { app, address, environment, trusted, stop, serving })
    }

    /// Makes a command with the server's address and credentials in its environment, and without
    /// proxies.
    pub fn command(&self, words: &[OsString]) -> Command {
        let mut command = children::command(words);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        for proxy in PROXIES.iter().chain(if self.trusted.is_some() { &TLS_PROXIES[..] } else { &[] }) {
            command.env_remove(proxy);
        }
        command
    }

    /// Ends the server at once, with the requests that nobody waits for any more.
    pub async fn end(self) {
        self.serving.abort();
        drop(self.serving.await);
    }

    /// Stops the server.
    pub async fn stop(self) {
        drop(self.stop);
        drop(self.serving.await);
    }
}

/// A file with the server's certificate, for clients to trust. It is removed when this is dropped.
struct TrustFile(PathBuf);

impl TrustFile {
    fn write(pem: &str) -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("callmock-{:032x}.pem", Ids::unguessable()));
        // The file must be new, because its content is trusted: nobody else can have created it.
        let created = create_private(&path);
        let written = created.and_then(|mut file| file.write_all(pem.as_bytes()));
        written.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for TrustFile {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}
