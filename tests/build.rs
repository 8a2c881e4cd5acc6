//! Lists the types of the goldens for the round trips in `tests/run`.

use std::{collections::BTreeMap, env, error::Error, fs, path::Path};

#[path = "src/registry.rs"]
#[expect(unreachable_pub, reason = "it is public in the crate of the tests, too")]
mod registry;

/// Cases with types that the tests write themselves, whose conversions need not be the identity.
const OWN: &[&str] = &["forms", "own_rules"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=golden");
    println!("cargo::rerun-if-changed=src/registry.rs");
    // A case that needs a feature is no module of the tests here.
    let modules = fs::read_to_string("golden/mod.rs")?.replace("]\npub mod", "]\nmod");
    let (mut text, mut names) = (String::new(), Vec::new());
    for case in fs::read_dir("golden")? {
        let path = case?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir()
            && !OWN.contains(&name.as_str())
            && modules.contains(&format!("\npub mod {name};"))
            && let Some(tree) = registry::registry(&name, &format!("crate::golden::{name}"), &files(&path, "")?)
        {
            text.push_str(&tree);
            names.push(name);
        }
    }
    names.sort();
    text.push_str(&format!("const TREES: &[fn() -> roundtrip::Tree] = &[{}];\n", names.join(", ")));
    Ok(fs::write(Path::new(&env::var("OUT_DIR")?).join("registry.rs"), text)?)
}

/// What is in a folder, by path.
fn files(folder: &Path, prefix: &str) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            all.extend(files(&path, &format!("{name}/"))?);
        } else {
            all.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(all)
}
