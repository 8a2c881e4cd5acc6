//! Lists the types of the goldens for the round trips of `tests/calls`, and generates the edge cases.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use harness::{registry::registry, tree};

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// Cases with types that the tests write themselves, whose conversions need not be the identity.
const OWN: &[&str] = &["forms", "own_rules"];

/// Limits the edge cases to those whose names begin so.
#[cfg(feature = "edge-cases")]
const PREFIX: &str = "EDGE_CASES";

/// Another folder of edge cases, such as `random-contracts` draws.
#[cfg(feature = "edge-cases")]
const FOLDER: &str = "EDGE_CASES_DIR";

fn main() -> Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=golden");
    fs::write(out.join("registry.rs"), golden_types()?)?;
    edge_cases(&out)
}

fn golden_types() -> Result<String> {
    // A case that needs a feature is no module of the tests.
    let modules = fs::read_to_string("golden/mod.rs")?.replace("]\npub mod", "]\nmod");
    let (mut text, mut names) = (String::new(), Vec::new());
    for case in fs::read_dir("golden")? {
        let path = case?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir()
            && !OWN.contains(&name.as_str())
            && modules.contains(&format!("\npub mod {name};"))
            && let Some(types) = registry(&name, &format!("crate::golden::{name}"), &tree(&path))
        {
            text.push_str(&types);
            names.push(name);
        }
    }
    names.sort();
    Ok(format!("{text}const TREES: &[fn() -> harness::roundtrip::Tree] = &[{}];\n", names.join(", ")))
}

#[cfg(not(feature = "edge-cases"))]
fn edge_cases(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(feature = "edge-cases")]
fn edge_cases(out: &Path) -> Result<()> {
    let folder = env::var(FOLDER).unwrap_or_else(|_| "edge_cases".to_owned());
    println!("cargo::rerun-if-changed={folder}");
    println!("cargo::rerun-if-env-changed={PREFIX}");
    println!("cargo::rerun-if-env-changed={FOLDER}");
    harness::edge_cases::generate(Path::new(&folder), &env::var(PREFIX).unwrap_or_default(), out)
}
