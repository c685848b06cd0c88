//! `callmock ca`: the certificate to trust of servers that were started with `--tls`.

use std::path::PathBuf;

use super::exit::Exit;
use super::output::print;
use super::tls::default_folder;
use crate::server::{Names, Tls};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder in which the authority is kept [default: as for `serve --tls`]
    #[arg(long, env = "CALLMOCK_TLS_DIR", value_name = "DIR")]
    tls_dir: Option<PathBuf>,
}

/// Prints the certificate, as PEM. If there is none yet, the authority is made; one that is there is
/// never replaced.
pub fn run(args: &Args) -> Exit {
    let Some(folder) = args.tls_dir.clone().or_else(default_folder) else {
        tell!("callmock: there is no home folder: name a folder with --tls-dir");
        return Exit::Usage;
    };
    if let Some(certificate) = Tls::certificate_in(&folder) {
        return print(&certificate);
    }
    match Tls::kept(&folder, Names::new("127.0.0.1", &[])) {
        Ok((tls, _)) => print(&tls.certificate),
        Err(error) => {
            tell!("callmock: --tls-dir: {error}");
            Exit::Failed
        }
    }
}
