//! Generates the fake, and the stubs of tonic.

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    protoc_gen_rust_svc::Build::new(out.join("ours"))
        .file("stock.proto")
        .option("emit=domain+pb+convert+adapter+client+fake,allow=all")
        .run();
    fs::write(out.join("ours_module.rs"), "pub mod ours;\n")?;
    fs::create_dir_all(out.join("tonic"))?;
    let descriptors = protox::compile(["stock.proto"], ["."])?;
    Ok(tonic_prost_build::configure().out_dir(out.join("tonic")).compile_fds(descriptors)?)
}
