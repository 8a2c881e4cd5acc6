//! Generates the services of the suites from their contracts.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use protoc_gen_rust_svc::{diagnostics::Diagnostics, options::Options, read::compile::compile};

const INTEROP: [&str; 1] = ["grpc/testing/test.proto"];
const ECHO: [&str; 1] = ["echo/v1/echo.proto"];
const SECRETS: [&str; 1] = ["google/cloud/secretmanager/v1/service.proto"];
const SECRETS_OPTIONS: &str = "emit=gateway,types=proto,default_methods=unimplemented,include_imports=true";
const JSON: [&str; 3] = [
    "conformance/conformance.proto",
    "google/protobuf/test_messages_proto2.proto",
    "google/protobuf/test_messages_proto3.proto",
];
const SUITE: [&str; 4] = ["config", "service", "client_compat", "server_compat"];

/// The artefacts that the suites of services use.
const SERVICES: &str = "emit=domain+pb+convert+adapter+client";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    println!("cargo::rerun-if-env-changed=CONFORMANCE_PROTOS");
    println!("cargo::rerun-if-env-changed=GOOGLE_PROTOS");
    println!("cargo::rerun-if-env-changed=JSON_PROTOS");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut modules = String::from("pub mod echo;\npub mod grpc;\n");
    generate(Path::new("proto"), &INTEROP.map(PathBuf::from), &out.join("grpc"), SERVICES)?;
    generate(Path::new("proto"), &ECHO.map(PathBuf::from), &out.join("echo"), "emit=adapter+client+gateway")?;
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
    if env::var_os("CARGO_FEATURE_GOOGLE").is_some() {
        let protos = env::var("GOOGLE_PROTOS").map_err(|_| "the feature `google` is built by tests/interop/google")?;
        generate(Path::new(&protos), &SECRETS.map(PathBuf::from), &out.join("secrets"), SECRETS_OPTIONS)?;
        modules.push_str("pub mod secrets;\n");
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
