//! The templates that come with the generator.

use crate::project::order::Template;

macro_rules! built_in {
    ($($path:literal: $file:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../templates/project/", $file)))),*]
    };
}

/// The path and text of each template.
const BUILT_IN: &[(&str, &str)] = built_in! {
    ".dockerignore": "dockerignore.jinja",
    ".github/workflows/ci.yaml": "github/ci.yaml.jinja",
    ".gitignore": "gitignore.jinja",
    "Cargo.toml": "Cargo.toml.jinja",
    "Dockerfile": "Dockerfile.jinja",
    "README.md": "README.md.jinja",
    "buf.gen.yaml": "buf.gen.yaml.jinja",
    "buf.yaml": "buf.yaml.jinja",
    "build.rs": "build.rs.jinja",
    "certificates/create": "certificates/create.jinja",
    "compose.yaml": "compose.yaml.jinja",
    "config.toml": "config.toml.jinja",
    "envoy/envoy.yaml": "envoy/envoy.yaml.jinja",
    "examples/client.rs": "examples/client.rs.jinja",
    "kubernetes/autoscaling.yaml": "kubernetes/autoscaling.yaml.jinja",
    "kubernetes/deployment.yaml": "kubernetes/deployment.yaml.jinja",
    "kubernetes/disruption.yaml": "kubernetes/disruption.yaml.jinja",
    "kubernetes/envoy-config.yaml": "kubernetes/envoy-config.yaml.jinja",
    "kubernetes/envoy.yaml": "kubernetes/envoy.yaml.jinja",
    "kubernetes/kustomization.yaml": "kubernetes/kustomization.yaml.jinja",
    "kubernetes/service.yaml": "kubernetes/service.yaml.jinja",
    "kubernetes/storage.yaml": "kubernetes/storage.yaml.jinja",
    "migrations/0001_start.sql": "migrations/0001_start.sql.jinja",
    "otel/collector.yaml": "otel/collector.yaml.jinja",
    "rust-svc.toml": "rust-svc.toml.jinja",
    "src/clients.rs": "src/clients.rs.jinja",
    "src/dependencies.rs": "src/dependencies.rs.jinja",
    "src/lib.rs": "src/lib.rs.jinja",
    "src/main.rs": "src/main.rs.jinja",
    "src/service/SERVICE.rs": "src/service/SERVICE.rs.jinja",
    "src/service/mod.rs": "src/service/mod.rs.jinja",
    "src/settings.rs": "src/settings.rs.jinja",
    "src/store.rs": "src/store.rs.jinja",
    "src/telemetry.rs": "src/telemetry.rs.jinja",
    "src/worker.rs": "src/worker.rs.jinja",
    "tests/common/mod.rs": "tests/common/mod.rs.jinja",
    "tests/fake.rs": "tests/fake.rs.jinja",
    "tests/process.rs": "tests/process.rs.jinja",
    "tests/store.rs": "tests/store.rs.jinja",
    "tests/tls.rs": "tests/tls.rs.jinja",
    "tests/wire.rs": "tests/wire.rs.jinja",
    "tests/worker.rs": "tests/worker.rs.jinja",
};

/// The templates that come with the generator.
pub fn built_in() -> Vec<Template> {
    let template = |(path, source): &(&str, &str)| Template { path: (*path).to_owned(), source: (*source).to_owned() };
    BUILT_IN.iter().map(template).collect()
}

#[cfg(test)]
mod tests {
    use super::built_in;

    #[test]
    fn every_template_file_is_built_in() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/project");
        let count = |folder: &std::path::Path| {
            let mut todo = vec![folder.to_owned()];
            let mut count = 0;
            while let Some(folder) = todo.pop() {
                for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                    if entry.path().is_dir() { todo.push(entry.path()) } else { count += 1 }
                }
            }
            count
        };
        assert_eq!(built_in().len(), count(&folder));
    }
}
