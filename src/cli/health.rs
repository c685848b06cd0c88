//! `callmock health`: what a container's HEALTHCHECK runs, for an image without a shell or curl.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Uri, header};
use clap::builder::FalseyValueParser;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{
    WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{self, ClientConfig, DigitallySignedStruct, SignatureScheme};

use super::Exit;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The base URL to ask; this machine's, at the port and in the protocol that the server's own variables say, if left out
    #[arg(long, env = "CALLMOCK_URL")]
    url: Option<Uri>,
    /// The port of the default URL
    #[arg(long, env = "CALLMOCK_PORT", default_value_t = 8080, hide = true)]
    port: u16,
    /// Whether the default URL is https
    #[arg(long, env = "CALLMOCK_TLS", hide = true, value_parser = FalseyValueParser::new())]
    tls: bool,
    /// So it is where a certificate is given
    #[arg(long, env = "CALLMOCK_TLS_CERT", hide = true)]
    tls_cert: Option<String>,
}

const PATIENCE: Duration = Duration::from_secs(3);

pub fn run(args: &Args) -> Exit {
    let (tls, host, port) = match &args.url {
        None => (args.tls || args.tls_cert.is_some(), "127.0.0.1".to_owned(), args.port),
        Some(uri) => {
            let tls = match uri.scheme_str() {
                Some("http") => false,
                Some("https") => true,
                _ => {
                    eprintln!("callmock: --url takes a URL such as http://127.0.0.1:8080, not `{uri}`");
                    return Exit::Usage;
                }
            };
            let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
            (tls, host, uri.port_u16().unwrap_or(if tls { 443 } else { 80 }))
        }
    };
    let asked = super::serve::runtime().and_then(|runtime| {
        runtime.block_on(async {
            tokio::time::timeout(PATIENCE, ask(tls, &host, port))
                .await
                .map_err(|_| format!("no answer within {PATIENCE:?}"))?
        })
    });
    match asked {
        Ok(()) => super::print("ok\n"),
        Err(why) => {
            eprintln!("callmock: {host}:{port} is not healthy: {why}");
            Exit::Failed
        }
    }
}

async fn ask(tls: bool, host: &str, port: u16) -> Result<(), String> {
    let stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
    if !tls {
        return ask_on(stream, host, port).await;
    }
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let connector = TlsConnector::from(Arc::new(Whoever::config().map_err(|error| error.to_string())?));
    let stream = connector.connect(name, stream).await.map_err(|error| error.to_string())?;
    ask_on(stream, host, port).await
}

async fn ask_on<S>(stream: S, host: &str, port: u16) -> Result<(), String>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let text = |error: &dyn std::error::Error| error.to_string();
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|e| text(&e))?;
    tokio::spawn(connection);
    let request =
        Request::get("/_mock/health").header(header::HOST, format!("{host}:{port}")).body(Body::empty());
    let response = sender.send_request(request.map_err(|e| text(&e))?).await.map_err(|e| text(&e))?;
    if response.status().is_success() { Ok(()) } else { Err(format!("it answered {}", response.status())) }
}

/// Trusts any certificate: the question is whether the server answers, not who it is, and nothing secret is said.
#[derive(Debug)]
struct Whoever(WebPkiSupportedAlgorithms);

impl Whoever {
    fn config() -> Result<ClientConfig, rustls::Error> {
        let provider = ring::default_provider();
        let whoever = Self(provider.signature_verification_algorithms);
        Ok(ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(whoever))
            .with_no_client_auth())
    }
}

impl ServerCertVerifier for Whoever {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
