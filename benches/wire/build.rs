//! Generates the stubs of every stack from one contract.

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    protoc_gen_rust_svc::Build::new(out.join("ours"))
        .proto_path(".")
        .proto_path("../../proto")
        .file("echo.proto")
        .option("emit=domain+pb+convert+adapter+client")
        .run();
    fs::write(out.join("generated.rs"), "pub mod ours;\n")?;
    let descriptors = protox::compile(["echo.proto"], [".", "../../proto"])?;
    fs::create_dir_all(out.join("tonic"))?;
    tonic_prost_build::configure().out_dir(out.join("tonic")).compile_fds(descriptors)?;
    Ok(())
}
