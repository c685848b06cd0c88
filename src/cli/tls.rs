//! The flags of TLS, which the server and `callmock ca` share, and where the authority is kept.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::server::{Names, Tls};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Keep the authority that signs the certificates of --tls in this folder [default: the user's
    /// data folder; /state/tls in the image if /state is mounted]
    #[arg(help_heading = "Address", long, env = "CALLMOCK_TLS_DIR", value_name = "DIR", requires = "tls")]
    tls_dir: Option<PathBuf>,
    /// Answer to this host name over TLS, too; `*.` at the beginning stands for its subdomains
    #[arg(help_heading = "Address", long, env = "CALLMOCK_TLS_NAME", value_name = "NAME", requires = "tls", value_delimiter = ',', value_parser = name)]
    tls_name: Vec<String>,
}

/// Checks a host name, which may begin with `*.`.
fn name(text: &str) -> Result<String, String> {
    let bare = text.strip_prefix("*.").unwrap_or(text);
    let is_name = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    if is_name || text.parse::<IpAddr>().is_ok() {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("expected a host name such as calls.example.com or *.example.com, without a port".to_owned())
    }
}

/// The folder of the data of this user, if there is one.
pub fn data_folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else {
        set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")))
    };
    folder.map(|folder| folder.join("callmock"))
}

/// The folder of the image for what is kept. None if this process does not run in the image.
pub fn image_folder() -> Option<PathBuf> {
    let state = Path::new("/state");
    // The image has no home.
    let has_no_home = data_folder().is_none_or(|folder| folder.starts_with("/.local"));
    (has_no_home && state.is_dir()).then(|| state.to_owned())
}

/// The folder of the authority if none is named: that of the image, else this user's.
pub fn default_folder() -> Option<PathBuf> {
    Some(image_folder().or_else(data_folder)?.join("tls"))
}

impl Args {
    /// The host names of a server that listens on `host`.
    pub fn names(&self, host: &str) -> Names {
        Names::new(host, &self.tls_name)
    }

    /// The authority that is kept, for a server that listens on `host`. Where nothing can be kept, it
    /// ends with the process.
    ///
    /// # Errors
    /// If the named folder cannot be used.
    pub fn authority(&self, host: &str) -> Result<Tls, String> {
        let names = self.names(host);
        let kept = if let Some(folder) = &self.tls_dir {
            Tls::kept(folder, names).map_err(|error| format!("--tls-dir: {error}"))?
        } else {
            match default_folder().map(|folder| Tls::kept(&folder, names.clone())) {
                Some(Ok(kept)) => kept,
                other => {
                    let why = match other {
                        Some(Err(error)) => error.to_string(),
                        _ => "there is no home folder".to_owned(),
                    };
                    tracing::warn!(
                        "the authority of --tls is made anew at each start, because it cannot be kept ({why}): name a folder \
                         with --tls-dir"
                    );
                    (Tls::passing(names).map_err(|error| format!("TLS: {error}"))?, false)
                }
            }
        };
        let (tls, replaces) = kept;
        if replaces {
            tracing::warn!(
                "the authority of --tls was made anew for more names: clients have to trust the new one, which \
                 `callmock ca` prints"
            );
        }
        Ok(tls)
    }
}
