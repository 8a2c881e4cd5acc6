//! Which part of a crate may use which, and which libraries.

use std::{collections::BTreeSet, process::Command};

use tidy::{cycles, root, rust_sources};

use crate::trees;

/// A file or folder, the parts of its own crate that it never uses, and the libraries that it never names.
struct Layer {
    path: &'static str,
    parts: &'static [&'static str],
    libraries: &'static [&'static str],
}

const TRANSPORTS: &[&str] = &["tonic", "prost", "axum", "hyper", "h2", "http", "tower"];
const ARTEFACTS: &[&str] = &["adapter", "client", "gateway", "fake", "server"];

/// The conversions of the feature `tonic`, the only file that names tonic.
const TONIC: &str = "rust-svc/src/grpc/tonic_status.rs";

/// The generator's stages, then the runtime. A rule that a compiler would keep is not here.
const LAYERS: &[Layer] = &[
    Layer {
        path: "protoc-gen-rust-svc/src/diagnostics",
        parts: &["read", "lower", "model", "check", "render", "diff", "cli", "project"],
        libraries: &["askama", "prost"],
    },
    Layer {
        path: "protoc-gen-rust-svc/src/read",
        parts: &["lower", "model", "check", "render", "diff", "cli", "project"],
        libraries: &["askama"],
    },
    Layer {
        path: "protoc-gen-rust-svc/src/lower",
        parts: &["check", "render", "diff", "cli", "project"],
        libraries: &["askama", "quote"],
    },
    Layer {
        path: "protoc-gen-rust-svc/src/model",
        parts: &["read", "lower", "check", "render", "diff", "cli", "project"],
        libraries: &["askama", "prost", "prost_types"],
    },
    Layer {
        path: "protoc-gen-rust-svc/src/check",
        parts: &["read", "lower", "render", "diff", "cli", "project"],
        libraries: &["askama", "prost", "prost_types"],
    },
    Layer {
        path: "protoc-gen-rust-svc/src/diff",
        parts: &["read", "lower", "check", "render", "cli", "project"],
        libraries: &["askama", "prost", "prost_types"],
    },
    Layer {
        path: "protoc-gen-rust-svc/src/render",
        parts: &["read", "check", "diff", "cli", "project"],
        libraries: &[],
    },
    Layer { path: "rust-svc/src/call", parts: ARTEFACTS, libraries: TRANSPORTS },
    Layer { path: "rust-svc/src/error", parts: ARTEFACTS, libraries: TRANSPORTS },
    Layer { path: "rust-svc/src/path", parts: ARTEFACTS, libraries: TRANSPORTS },
    Layer { path: "rust-svc/src/intercept", parts: ARTEFACTS, libraries: &["tonic", "axum", "hyper", "h2"] },
    Layer { path: "rust-svc/src/observe", parts: ARTEFACTS, libraries: &["tonic", "h2"] },
    Layer { path: "rust-svc/src/grpc", parts: ARTEFACTS, libraries: &["tonic", "axum", "hyper"] },
    Layer { path: "rust-svc/src/net", parts: ARTEFACTS, libraries: &["tonic", "axum", "h2"] },
    Layer {
        path: "rust-svc/src/adapter",
        parts: &["client", "gateway", "fake", "server"],
        libraries: &["tonic", "axum"],
    },
    Layer {
        path: "rust-svc/src/client",
        parts: &["adapter", "gateway", "fake", "server"],
        libraries: &["tonic", "axum"],
    },
    Layer {
        path: "rust-svc/src/client/policy",
        parts: &["adapter", "gateway", "fake", "server", "client::attempt", "client::transport"],
        libraries: &["tonic", "http", "h2", "hyper", "tower"],
    },
    Layer {
        path: "rust-svc/src/client/transport",
        parts: &["adapter", "gateway", "fake", "server", "client::attempt", "client::policy"],
        libraries: &["tonic", "axum"],
    },
    Layer {
        path: "rust-svc/src/client/attempt",
        parts: &["adapter", "gateway", "fake", "server"],
        libraries: &["tonic", "axum"],
    },
    Layer { path: "rust-svc/src/json", parts: ARTEFACTS, libraries: &["tonic", "hyper"] },
    Layer {
        path: "rust-svc/src/gateway",
        parts: &["adapter", "client", "fake", "server"],
        libraries: &["tonic", "hyper", "h2"],
    },
    Layer { path: "rust-svc/src/fake", parts: &["adapter", "client", "gateway", "server"], libraries: TRANSPORTS },
    Layer { path: "examples/src/inventory", parts: &[], libraries: TRANSPORTS },
    Layer { path: "examples/src/order", parts: &[], libraries: TRANSPORTS },
    Layer { path: "examples/src/dispatch", parts: &[], libraries: TRANSPORTS },
];

#[test]
fn layers_use_only_the_parts_below_them() {
    let mut wrong = Vec::new();
    for (_, tree) in trees() {
        for (file, uses) in tree.graph() {
            for layer in LAYERS.iter().filter(|layer| is_below(&file, layer.path)) {
                let folder = |part: &str| {
                    format!("{}/src/{}", layer.path.split('/').next().unwrap_or_default(), part.replace("::", "/"))
                };
                let forbidden =
                    uses.iter().filter(|(target, _)| layer.parts.iter().any(|part| is_below(target, &folder(part))));
                wrong.extend(forbidden.map(|(target, path)| format!("{file} uses {target} ({path})")));
            }
        }
    }
    assert!(wrong.is_empty(), "layers that use what is above them:\n{}", wrong.join("\n"));
}

#[test]
fn layers_name_only_their_libraries() {
    let mut wrong = Vec::new();
    for (_, tree) in trees() {
        for (file, names) in tree.libraries() {
            let layers = LAYERS.iter().filter(|layer| is_below(&file, layer.path) && file != TONIC);
            for layer in layers {
                let named = names.iter().filter(|name| layer.libraries.contains(&name.as_str()));
                wrong.extend(named.map(|name| format!("{file} names {name}")));
            }
        }
    }
    assert!(wrong.is_empty(), "layers that name a library of another layer:\n{}", wrong.join("\n"));
}

#[test]
fn every_layer_exists() {
    LAYERS.iter().for_each(|layer| assert!(!rust_sources(layer.path).is_empty(), "{} has no sources", layer.path));
}

#[test]
fn files_do_not_use_each_other_in_a_cycle() {
    let found: Vec<_> = trees().flat_map(|(_, tree)| cycles(&tree.graph())).map(|cycle| cycle.join("\n")).collect();
    assert!(found.is_empty(), "{} cycles of files:\n{}", found.len(), found.join("\n\n"));
}

/// Every file of a crate is in its tree, so that no rule passes over it.
#[test]
fn every_source_is_read() {
    let known: BTreeSet<String> = trees().flat_map(|(_, tree)| tree.graph().into_keys()).collect();
    for folder in ["rust-svc/src", "protoc-gen-rust-svc/src"] {
        let is_entry = |path: &String| path.ends_with("/main.rs") || is_test(path);
        let missed: Vec<_> =
            rust_sources(folder).into_iter().filter(|path| !known.contains(path) && !is_entry(path)).collect();
        assert!(missed.is_empty(), "not read: {missed:?}");
    }
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest == ".rs")
}

/// Users of one part of the runtime do not build the others.
#[test]
fn features_of_the_runtime_do_not_bring_others() {
    let cases: [(&str, &[&str]); 6] = [
        ("", &["tonic", "prost", "axum", "hyper", "http", "tower"]),
        ("fake", &["tonic", "prost", "axum", "hyper", "http", "tower"]),
        ("chrono,jiff,time", &["tonic", "prost", "axum", "hyper", "http", "tower"]),
        ("prost", &["tonic", "axum", "hyper", "http", "tower"]),
        ("adapter,client", &["tonic", "axum"]),
        ("full,otlp,native-roots,validate", &["tonic"]),
    ];
    for (features, others) in cases {
        let crates = dependencies(features);
        let brought: Vec<_> = others.iter().filter(|other| crates.iter().any(|name| name == *other)).collect();
        assert!(brought.is_empty(), "rust-svc with features {features:?} depends on {brought:?}");
    }
}

/// The names of all crates that the runtime depends on with these features alone.
fn dependencies(features: &str) -> Vec<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "--package=rust-svc", "--no-default-features", "--edges=normal", "--prefix=none"]);
    let output = cargo.arg("--features").arg(features).current_dir(root()).output().expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(tree.starts_with("rust-svc "), "{tree}{}", String::from_utf8_lossy(&output.stderr));
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}
