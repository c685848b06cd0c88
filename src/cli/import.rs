//! `callmock import FILE…`: makes a scenario from answers that a team already has.

use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::output::{print, write_new};
use crate::import::{self, File, Named};
use crate::vendors;

/// Made-up values replace personal data: names, numbers, mail addresses, ids, notes and addresses,
/// the same one for the same person in all files. Only times, lengths, flags and the values that
/// the vendors' pages list stay
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files with answers: lists of calls as a vendor's API answers them, callmock's journal (`GET
    /// /_mock/journal`, or one exchange a line), or a HAR; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write the scenario to this file, which must not exist; by default, to standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// A member of the answers that may stay as it is, such as `checkPoint`, or with the vendor,
    /// such as `VENDOR.note`; credentials never stay
    #[arg(long, value_name = "MEMBER", value_delimiter = ',')]
    keep: Vec<String>,
}

pub fn run(args: &Args) -> Exit {
    let files: Result<Vec<File>, String> = args.files.iter().map(|path| file(path)).collect();
    let files = match files {
        Ok(files) => files,
        Err(message) => {
            tell!("callmock: {message}");
            return Exit::Usage;
        }
    };
    let importers: Vec<Named> =
        vendors::ALL.iter().filter_map(|vendor| Some((vendor.name(), vendor.importer()?))).collect();
    let catalogues: Vec<_> = vendors::catalogues().collect();
    match import::import(&files, &importers, &catalogues, &args.keep) {
        Ok(imported) => {
            let written = if args.output == Path::new("-") {
                print(&imported.yaml)
            } else {
                write_new(&args.output, &imported.yaml)
            };
            if written == Exit::Done {
                for note in imported.notes {
                    tell!("callmock: {note}");
                }
            }
            written
        }
        Err(mistakes) => {
            for mistake in mistakes.iter().take(SHOWN) {
                tell!("callmock: {mistake}");
            }
            if let Some(more) = mistakes.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                tell!("callmock: and {more} more");
            }
            Exit::Usage
        }
    }
}

/// The most mistakes that are printed.
const SHOWN: usize = 20;

fn file(path: &Path) -> Result<File, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", path.display());
    if path == Path::new("-") {
        let text = std::io::read_to_string(std::io::stdin()).map_err(wrong)?;
        return Ok(File { name: "standard input".to_owned(), text });
    }
    let text = std::fs::read_to_string(path).map_err(wrong)?;
    let name =
        path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into());
    Ok(File { name, text })
}
