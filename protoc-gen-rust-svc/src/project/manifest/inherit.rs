//! Lets the manifest of a new member inherit from its workspace, as `cargo new` does.

use toml_edit::{DocumentMut, InlineTable, Item, TableLike, Value};

/// The fields of a package that have a value of their own only where the workspace has none.
const FIELDS: &[&str] = &[
    "authors",
    "categories",
    "edition",
    "homepage",
    "keywords",
    "license",
    "publish",
    "repository",
    "rust-version",
    "version",
];

/// The sections with dependencies.
const DEPENDENCIES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

/// Replaces what the workspace has, too: fields of the package, dependencies of the same version, and lints. A manifest that
/// is not TOML stays as it is.
pub(super) fn inherit(manifest: &str, workspace: &Item) -> String {
    let Ok(mut document) = manifest.parse::<DocumentMut>() else { return manifest.to_owned() };
    if let Some(fields) = workspace.get("package").and_then(Item::as_table_like) {
        inherit_fields(&mut document, fields);
    }
    if let Some(shared) = workspace.get("dependencies").and_then(Item::as_table_like) {
        inherit_dependencies(&mut document, shared);
    }
    if workspace.get("lints").is_some() && !document.contains_key("lints") {
        document["lints"] = toml_edit::table();
        document["lints"]["workspace"] = toml_edit::value(true);
    }
    document.to_string()
}

fn inherit_fields(document: &mut DocumentMut, shared: &dyn TableLike) {
    let Some(package) = document.get_mut("package").and_then(Item::as_table_mut) else { return };
    let fields = FIELDS
        .iter()
        .filter(|field| shared.get(field).is_some_and(|value| is_enough(field, package.get(field), value)));
    for field in fields.collect::<Vec<_>>() {
        let mut reference = toml_edit::Table::new();
        reference.set_dotted(true);
        reference.insert("workspace", toml_edit::value(true));
        package.insert(field, Item::Table(reference));
    }
}

/// Returns whether the value of the workspace is sufficient for the code of the project.
fn is_enough(field: &str, own: Option<&Item>, shared: &Item) -> bool {
    let numbers =
        |value: &Item| value.as_str().unwrap_or_default().split('.').map(|part| part.parse().unwrap_or(0)).collect();
    match own {
        Some(own) if ["edition", "rust-version"].contains(&field) => {
            let (own, shared): (Vec<u32>, Vec<u32>) = (numbers(own), numbers(shared));
            shared >= own
        }
        _ => true,
    }
}

fn inherit_dependencies(document: &mut DocumentMut, shared: &dyn TableLike) {
    for section in DEPENDENCIES {
        let Some(dependencies) = document.get_mut(section).and_then(Item::as_table_mut) else { continue };
        for (name, own) in dependencies.iter_mut() {
            if shared.get(&name).is_some_and(|shared| is_compatible(own, shared)) {
                *own = reference(own);
            }
        }
    }
}

/// Returns whether two dependencies have the same source, and versions that Cargo resolves to one.
fn is_compatible(own: &Item, shared: &Item) -> bool {
    let source = |item: &Item| ["git", "path", "registry"].into_iter().find(|key| item.get(key).is_some());
    match (version(own), version(shared)) {
        (Some(one), Some(other)) => source(shared).is_none() && epoch(one) == epoch(other),
        // The runtime, by path or git.
        (None, _) => true,
        (Some(_), None) => false,
    }
}

fn version(dependency: &Item) -> Option<&str> {
    dependency.as_str().or_else(|| dependency.get("version")?.as_str())
}

/// Returns the numbers up to the first that is not zero. Versions that differ in them are incompatible.
fn epoch(version: &str) -> Option<Vec<u64>> {
    let version = version.trim().trim_start_matches(['^', '=', '~']).trim();
    let numbers = version.split(['.', '-', '+']).map_while(|part| part.parse().ok());
    let numbers: Vec<u64> = numbers.collect();
    let significant = numbers.iter().position(|number| *number > 0)?;
    Some(numbers[..=significant].to_vec())
}

/// Refers to the dependency of the workspace, with the features that the project needs.
fn reference(own: &Item) -> Item {
    let mut table = InlineTable::new();
    table.insert("workspace", true.into());
    let uses_defaults = own.get("default-features").and_then(Item::as_bool).unwrap_or(true);
    if uses_defaults {
        // The workspace may have turned them off.
        table.insert("default-features", true.into());
    }
    if let Some(features) = own.get("features").and_then(Item::as_array) {
        table.insert("features", Value::Array(features.clone()));
    }
    table.fmt();
    toml_edit::value(table)
}

#[cfg(test)]
mod tests {
    use super::{epoch, inherit};
    use toml_edit::DocumentMut;

    const OWN: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.88\"\npublish = false\n\n\
                       [dependencies]\nclap = { version = \"4\", features = [\"derive\"] }\nrust-svc = { path = \"x\", features = [\"full\"] }\n\
                       tokio = \"1\"\ntoml = { version = \"1\", default-features = false }\n";

    fn inherited(workspace: &str) -> String {
        let document: DocumentMut = workspace.parse().expect("TOML");
        inherit(OWN, &document["workspace"])
    }

    #[test]
    fn nothing_is_inherited_from_an_empty_workspace() {
        assert_eq!(inherited("[workspace]\n"), OWN);
    }

    #[test]
    fn fields_dependencies_and_lints_are_inherited() {
        let text = inherited(
            "[workspace.package]\nedition = \"2024\"\nrust-version = \"1.90\"\nlicense = \"MIT\"\n\
             [workspace.dependencies]\nclap = \"4.5\"\ntokio = { version = \"1.40\", default-features = false }\n\
             rust-svc = { path = \"y\" }\ntoml = \"1.2\"\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n",
        );
        for line in [
            "version = \"0.1.0\"",
            "edition.workspace = true",
            "rust-version.workspace = true",
            "license.workspace = true",
            "publish = false",
            "clap = { workspace = true, default-features = true, features = [\"derive\"] }",
            "rust-svc = { workspace = true, default-features = true, features = [\"full\"] }",
            "tokio = { workspace = true, default-features = true }",
            "toml = { workspace = true }",
            "[lints]\nworkspace = true",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }

    #[test]
    fn values_that_do_not_suffice_are_not_inherited() {
        let text = inherited(
            "[workspace.package]\nedition = \"2021\"\nrust-version = \"1.70\"\n[workspace.dependencies]\nclap = \"3\"\n\
             tokio = { git = \"https://git.example/tokio\" }\n",
        );
        assert_eq!(text, OWN);
    }

    #[test]
    fn epochs_of_versions() {
        assert_eq!(epoch("4"), epoch("^4.5.1"));
        assert_eq!(epoch("0.3"), epoch("0.3.19"));
        assert_ne!(epoch("0.3"), epoch("0.4"));
        assert_eq!(epoch("*"), None);
    }
}
