//! Files for Cargo: manifests of crates, and the table of features.

use crate::{
    model::{Model, Part},
    render::checksum,
};

/// Returns the manifest of a crate, with its path. The versions of other dependencies are those of the workspace.
pub(in crate::render) fn manifest(part: &Part) -> (String, String) {
    let of_workspace = |name: &str| format!("{name} = {{ workspace = true }}\n");
    let local = |name: &String| format!("{name} = {{ path = \"../{name}\" }}\n");
    let others = part.crates.iter().map(|name| of_workspace(name));
    let dependencies: String =
        [of_workspace("rust-svc")].into_iter().chain(others).chain(part.uses.iter().map(local)).collect();
    let name = &part.name;
    let body = format!(
        "\n[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [lib]\ndoctest = false\n\n[dependencies]\n{dependencies}"
    );
    (format!("{name}/Cargo.toml"), checksum::toml_header(&body) + &body)
}

/// Returns the table of features, if packages have features, with its path.
pub(in crate::render) fn features(model: &Model) -> Option<(String, String)> {
    let feature = |part: &Part| {
        let uses: Vec<_> = part.uses.iter().map(|name| format!("{name:?}")).collect();
        format!("{} = [{}]\n", part.name, uses.join(", "))
    };
    let table: String = model.features.iter().map(feature).collect();
    let body = format!("\n# Copy this table to Cargo.toml.\n[features]\n{table}");
    (!model.features.is_empty()).then(|| ("features.toml".to_owned(), checksum::toml_header(&body) + &body))
}
