//! Generates the services of the suites from their contracts.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use protoc_gen_rust_svc::{diagnostics::Diagnostics, options::Options, read::compile::compile};

const INTEROP: [&str; 1] = ["grpc/testing/test.proto"];
const JSON: [&str; 3] = [
    "conformance/conformance.proto",
    "google/protobuf/test_messages_proto2.proto",
    "google/protobuf/test_messages_proto3.proto",
];
const SUITE: [&str; 4] = ["config", "service", "client_compat", "server_compat"];

/// What is emitted for the suites of services.
const SERVICES: &str = "emit=domain+pb+convert+adapter+client";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    println!("cargo::rerun-if-env-changed=CONFORMANCE_PROTOS");
    println!("cargo::rerun-if-env-changed=JSON_PROTOS");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut modules = String::from("pub mod grpc;\n");
    generate(Path::new("proto"), &INTEROP.map(PathBuf::from), &out.join("grpc"), SERVICES)?;
    if env::var_os("CARGO_FEATURE_CONFORMANCE").is_some() {
        let protos = env::var("CONFORMANCE_PROTOS")
            .map_err(|_| "the feature `conformance` is built by tests/interop/conformance")?;
        let files = SUITE.map(|name| PathBuf::from(format!("connectrpc/conformance/v1/{name}.proto")));
        generate(Path::new(&protos), &files, &out.join("conformance"), SERVICES)?;
        modules.push_str("pub mod conformance;\n");
    }
    if env::var_os("CARGO_FEATURE_JSON").is_some() {
        let protos = env::var("JSON_PROTOS").map_err(|_| "the feature `json` is built by tests/interop/json")?;
        generate(Path::new(&protos), &JSON.map(PathBuf::from), &out.join("json"), "emit=pb+json")?;
        modules.push_str("pub mod json;\n");
    }
    fs::write(out.join("generated.rs"), modules)?;
    Ok(())
}

fn generate(protos: &Path, files: &[PathBuf], out: &Path, options: &str) -> Result<(), Box<dyn Error>> {
    let input = compile(&[protos.to_owned()], files)?;
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse(options, &mut diagnostics);
    let files = protoc_gen_rust_svc::generate(&input, &options, &mut diagnostics)?;
    if diagnostics.has_errors() {
        return Err(diagnostics.errors().into());
    }
    for (name, text) in files {
        let path = out.join(name);
        fs::create_dir_all(path.parent().unwrap_or(out))?;
        fs::write(path, text)?;
    }
    Ok(())
}
