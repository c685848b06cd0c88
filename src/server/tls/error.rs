//! The reasons why TLS is not available.

use std::io;

use thiserror::Error;
use tokio_rustls::rustls;

/// The reason why TLS is not available.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{0}: {1}")]
    Unreadable(String, io::Error),
    /// A file does not contain the expected PEM section.
    #[error("{0}: no PEM {1} in it")]
    NotPem(String, &'static str),
    /// The certificate and the key do not belong together, or their type is not supported.
    #[error("the certificate or the key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// No certificate could be generated.
    #[error("no certificate could be made: {0}")]
    NotMade(#[from] rcgen::Error),
}
