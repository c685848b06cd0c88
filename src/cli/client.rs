//! A minimal HTTP client, for the subcommands that send a request to a running server.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, Uri, header};
use http_body_util::BodyExt;
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

/// The scheme, host and port of a server.
#[derive(Debug, Clone)]
pub struct Origin {
    pub tls: bool,
    pub host: String,
    pub port: u16,
}

impl Origin {
    /// The origin of a base URL.
    ///
    /// # Errors
    /// If the URL is not http or https.
    pub fn of(uri: &Uri) -> Result<Self, String> {
        let tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(format!("--url takes a URL such as http://127.0.0.1:8080, not `{uri}`")),
        };
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        Ok(Self { tls, host, port: uri.port_u16().unwrap_or(if tls { 443 } else { 80 }) })
    }

    /// Whether the origin is this machine, by its address.
    pub fn is_here(&self) -> bool {
        self.host == "localhost" || self.host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// The base URL of the origin.
    pub fn url(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        let host = &self.host;
        if host.contains(':') {
            format!("{scheme}://[{host}]:{}", self.port)
        } else {
            format!("{scheme}://{host}:{}", self.port)
        }
    }

    /// Sends a GET request, and returns the status and the body.
    ///
    /// # Errors
    /// If there is no answer, or if the token would go to another machine over unverified TLS.
    pub async fn get(&self, path: &str, token: Option<&str>) -> Result<(StatusCode, Vec<u8>), String> {
        let stream =
            TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|error| error.to_string())?;
        if !self.tls {
            return self.get_on(stream, path, token).await;
        }
        // The certificate is not verified, so a secret is sent to this machine only.
        let here = stream.peer_addr().is_ok_and(|peer| peer.ip().is_loopback());
        if token.is_some() && !here {
            return Err("the admin token is not sent to another machine, for its certificate is not checked; use http or the \
                        machine itself"
                .to_owned());
        }
        let name = ServerName::try_from(self.host.clone()).map_err(|error| error.to_string())?;
        let connector =
            TlsConnector::from(Arc::new(AnyCertificate::config().map_err(|error| error.to_string())?));
        let stream = connector.connect(name, stream).await.map_err(|error| error.to_string())?;
        self.get_on(stream, path, token).await
    }

    async fn get_on<S>(
        &self,
        stream: S,
        path: &str,
        token: Option<&str>,
    ) -> Result<(StatusCode, Vec<u8>), String>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let text = |error: &dyn std::error::Error| error.to_string();
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(|e| text(&e))?;
        tokio::spawn(connection);
        let mut request = Request::get(path)
            .header(header::HOST, self.url().split_once("://").map_or("", |(_, host)| host));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::empty()).map_err(|e| text(&e))?;
        let response = sender.send_request(request).await.map_err(|e| text(&e))?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|e| text(&e))?;
        Ok((status, body.to_bytes().to_vec()))
    }
}

/// Accepts any certificate, because the purpose is the server's answer, not its identity.
#[derive(Debug)]
struct AnyCertificate(WebPkiSupportedAlgorithms);

impl AnyCertificate {
    fn config() -> Result<ClientConfig, rustls::Error> {
        let provider = ring::default_provider();
        let any = Self(provider.signature_verification_algorithms);
        Ok(ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(any))
            .with_no_client_auth())
    }
}

impl ServerCertVerifier for AnyCertificate {
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
