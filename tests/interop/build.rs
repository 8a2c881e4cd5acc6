//! Generates the services of the suites from their contracts.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use protoc_gen_rust_svc::{diagnostics::Diagnostics, options::Options, read::compile::compile};

const INTEROP: [&str; 1] = ["grpc/testing/test.proto"];
const SUITE: [&str; 4] = ["config", "service", "client_compat", "server_compat"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    println!("cargo::rerun-if-env-changed=CONFORMANCE_PROTOS");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut modules = String::from("pub mod grpc;\n");
    generate(Path::new("proto"), &INTEROP.map(PathBuf::from), &out.join("grpc"))?;
    if env::var_os("CARGO_FEATURE_CONFORMANCE").is_some() {
        let protos = env::var("CONFORMANCE_PROTOS")
            .map_err(|_| "the feature `conformance` is built by tests/interop/conformance")?;
        let files = SUITE.map(|name| PathBuf::from(format!("connectrpc/conformance/v1/{name}.proto")));
        generate(Path::new(&protos), &files, &out.join("conformance"))?;
        modules.push_str("pub mod conformance;\n");
    }
    fs::write(out.join("generated.rs"), modules)?;
    Ok(())
}

fn generate(protos: &Path, files: &[PathBuf], out: &Path) -> Result<(), Box<dyn Error>> {
    let input = compile(&[protos.to_owned()], files)?;
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse("emit=domain+pb+convert+adapter+client", &mut diagnostics);
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
