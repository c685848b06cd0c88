//! Hot reload: an edited scenario takes effect in one step, and an invalid one changes nothing.
//!
//! Files are polled, because file events do not work on every file system, such as bind mounts of
//! containers.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use crate::exchange::{App, Reload};
use crate::scenario::{Library, lines};

/// The interval between two checks of the files.
const LOOK: Duration = Duration::from_millis(200);

/// Reloads the default world whenever its files have changed, for as long as the server runs.
/// Forked worlds keep their scenario.
pub async fn watch(library: Arc<Library>, app: Arc<App>) {
    loop {
        tokio::time::sleep(LOOK).await;
        if !library.is_stale() {
            continue;
        }
        // An editor may be in the middle of writing: files that still change are read once they are
        // stable.
        let seen = library.stamp();
        tokio::time::sleep(LOOK / 2).await;
        if library.stamp() != seen {
            continue;
        }
        let reading = Arc::clone(&library);
        let scenario = tokio::task::spawn_blocking(move || reading.reload()).await;
        // Counted before it is told: who reads the line finds it in the metrics.
        let count = |result| app.metrics.reloads.get_or_create(&Reload { result }).inc();
        match scenario {
            Ok(Ok(scenario)) => {
                let slot = app.worlds.default_slot();
                let Ok(()) =
                    slot.replace(|world| Ok::<_, Infallible>(world.with_scenario(Arc::clone(&scenario))));
                count("applied");
                let kept = app.worlds.all().len() - 1;
                let calls = scenario.universe.len();
                for line in lines(&scenario.doubts) {
                    tracing::warn!("{line}");
                }
                tracing::info!(
                    calls,
                    kept,
                    "the scenario was reloaded: the default world begins anew, without the changes and faults it had; \
                     others keep what they began with"
                );
            }
            Ok(Err(invalid)) => {
                count("refused");
                for line in lines(&invalid.0) {
                    tracing::error!("{line}");
                }
                tracing::error!("the scenario was not reloaded: the world is as it was");
            }
            Err(error) => {
                count("refused");
                tracing::error!(%error, "the scenario was not reloaded: the world is as it was");
            }
        }
    }
}
