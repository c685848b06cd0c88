//! `callmock ca`: the certificate of the authority that `--tls` signs with.

use super::exit::Exit;
use super::output::print;
use super::tls;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    tls: tls::Args,
    /// The address that the server listens on, if it is no local one
    #[arg(long, env = "CALLMOCK_HOST", default_value = "127.0.0.1")]
    host: String,
}

/// Prints the certificate, as PEM. If there is none, it is made.
pub fn run(args: &Args) -> Exit {
    match args.tls.authority(&args.host) {
        Ok(tls) => print(&tls.certificate),
        Err(message) => {
            tell!("callmock: {message}");
            Exit::Failed
        }
    }
}
