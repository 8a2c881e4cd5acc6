//! The contract, the fakes and the scripts of a server.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use rust_svc::fake::Session;

use crate::{
    contract::Contract,
    resource::ResourceServices,
    script::{DynamicFakes, LocatedScript, ScriptDocument, parse, read_folders},
};

/// The most scripts that the API may add.
const MAX_ADDED: usize = 10_000;

/// The contract, the fakes and the scripts of a server.
#[derive(Debug)]
pub(super) struct FakeState {
    pub(super) contract: Contract,
    pub(super) session: Session,
    pub(super) fakes: DynamicFakes,
    folders: Vec<PathBuf>,
    resources: ResourceServices,
    scripts: Mutex<ScriptSources>,
}

/// The scripts in force, by where they come from.
#[derive(Debug, Default)]
struct ScriptSources {
    files: ScriptDocument,
    added: Vec<LocatedScript>,
    /// The number of documents that the API received.
    received: usize,
}

impl FakeState {
    /// Reads the scripts. Fails with all errors in them.
    pub(super) fn new(contract: Contract, folders: Vec<PathBuf>, keeps_resources: bool) -> Result<Arc<Self>, String> {
        let session = Session::new();
        let fakes = DynamicFakes::new(&contract, &session);
        let resources = ResourceServices::new(&contract, &fakes, keeps_resources);
        let state = Self { contract, session, fakes, folders, resources, scripts: Mutex::default() };
        state.reload().inspect_err(|_| state.session.reset())?;
        Ok(Arc::new(state))
    }

    /// Returns the folders and files of scripts.
    pub(super) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Reads the files again. If they have errors, the scripts stay as they are.
    pub(super) fn reload(&self) -> Result<usize, String> {
        let document = read_folders(&self.folders)?;
        let mut sources = self.lock();
        let whole: Vec<_> = document.scripts.iter().chain(&sources.added).cloned().collect();
        self.fakes_for_check().install(&self.contract, &whole)?;
        self.resources.seed(&self.contract, &document.resources)?;
        sources.files = document;
        self.replace(&whole)?;
        Ok(whole.len())
    }

    /// Adds the scripts of a document, which the API received. Returns their places.
    pub(super) fn add(&self, text: &str) -> Result<Vec<String>, String> {
        let mut sources = self.lock();
        sources.received += 1;
        let document = parse(&format!("api#{}", sources.received), text)?;
        if sources.added.len() + document.scripts.len() > MAX_ADDED {
            return Err(format!(
                "error: more than {MAX_ADDED} scripts were added\n  help: DELETE /fake/scripts removes them"
            ));
        }
        self.fakes.install(&self.contract, &document.scripts)?;
        self.resources.seed(&self.contract, &document.resources)?;
        sources.added.extend(document.scripts.iter().cloned());
        Ok(document.scripts.iter().map(|script| script.place.to_string()).collect())
    }

    /// Removes the scripts that the API added.
    pub(super) fn remove_added(&self) -> Result<(), String> {
        let mut sources = self.lock();
        sources.added.clear();
        let whole = sources.files.scripts.clone();
        self.replace(&whole)
    }

    /// Forgets calls, failures, added scripts and resources, as if the server began.
    pub(super) fn reset(&self) -> Result<(), String> {
        let mut sources = self.lock();
        sources.added.clear();
        self.session.reset();
        self.resources.reset();
        self.fakes.install(&self.contract, &sources.files.scripts)?;
        self.resources.seed(&self.contract, &sources.files.resources)
    }

    /// Forgets everything, so that nothing is verified at the end of the process.
    pub(super) fn close(&self) {
        self.session.reset();
    }

    fn replace(&self, scripts: &[LocatedScript]) -> Result<(), String> {
        self.fakes.iter().for_each(|(_, fake)| fake.reset_scripts());
        self.fakes.install(&self.contract, scripts)
    }

    /// Returns fakes of no session, which check scripts before they replace others.
    fn fakes_for_check(&self) -> DynamicFakes {
        DynamicFakes::new(&self.contract, &Session::lenient())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ScriptSources> {
        self.scripts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
