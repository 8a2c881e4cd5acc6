//! Scripts that are read again when their files change.

use std::{
    fs,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time;

use super::state::FakeState;
use crate::script;

/// The time between two looks at the files.
const INTERVAL: Duration = Duration::from_millis(250);

/// The files of scripts, each with its size and the time of its last change.
type Snapshot = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// Reads the scripts again whenever their files change, and prints what happened.
pub(super) async fn watch(state: Arc<FakeState>) {
    let mut known = snapshot(&state);
    loop {
        time::sleep(INTERVAL).await;
        let now = snapshot(&state);
        if now == known {
            continue;
        }
        known = now;
        match state.reload() {
            Ok(count) => eprintln!("read {count} scripts again"),
            Err(errors) => eprintln!("{errors}\n  the scripts stay as they were"),
        }
    }
}

fn snapshot(state: &FakeState) -> Snapshot {
    let files = script::files(state.folders()).unwrap_or_default();
    let entry = |path: PathBuf| {
        let metadata = fs::metadata(&path).ok();
        let changed = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
        (path, metadata.map_or(0, |metadata| metadata.len()), changed)
    };
    files.into_iter().map(entry).collect()
}
