//! Generates the stubs of every stack from one contract.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

type Result<T = (), E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> Result {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    ours(&out, "echo", "domain+pb+convert+adapter+client+fake")?;
    ours(&out, "orders", "adapter+client+gateway")?;
    let descriptors = protox::Compiler::new([".", "../proto"])?
        .include_imports(true)
        .open_files(["echo.proto"])?
        .encode_file_descriptor_set();
    tonic(&out)?;
    connect(&out, &descriptors)
}

/// The module has the name of the contract.
fn ours(out: &Path, contract: &str, artefacts: &str) -> Result {
    protoc_gen_rust_svc::Build::new(out.join(contract))
        .proto_path(".")
        .proto_path("../proto")
        .file(format!("{contract}.proto"))
        .option(format!("emit={artefacts}"))
        .run();
    Ok(fs::write(out.join(format!("{contract}_module.rs")), format!("pub mod {contract};\n"))?)
}

fn tonic(out: &Path) -> Result {
    let descriptors = protox::compile(["echo.proto"], [".", "../proto"])?;
    fs::create_dir_all(out.join("tonic"))?;
    Ok(tonic_prost_build::configure().out_dir(out.join("tonic")).compile_fds(descriptors)?)
}

/// From descriptors in a file, since this generator would run protoc.
fn connect(out: &Path, descriptors: &[u8]) -> Result {
    let set = out.join("echo.binpb");
    fs::write(&set, descriptors)?;
    connectrpc_build::Config::new()
        .descriptor_set(set)
        .files(&["echo.proto"])
        .out_dir(out.join("connect"))
        .include_file("mod.rs")
        .generate_json(false)
        .compile()?;
    Ok(())
}
