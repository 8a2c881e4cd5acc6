//! Generates messages, their JSON, and the REST layer.

use std::error::Error;

use rest_over_grpc::build::{DescriptorOptions, Generator, ServiceDefinition};

fn main() -> Result<(), Box<dyn Error>> {
    let mut compiler = protox::Compiler::new(["..", "../../proto"])?;
    compiler.include_imports(true).open_file("orders.proto")?;
    let descriptors = compiler.encode_file_descriptor_set();
    prost_build::Config::new()
        .compile_well_known_types()
        .extern_path(".google.protobuf", "::pbjson_types")
        .compile_fds(compiler.file_descriptor_set())?;
    pbjson_build::Builder::new()
        .extern_path(".google.protobuf", "::pbjson_types")
        .register_descriptors(&descriptors)?
        .build(&[".bench"])?;
    let mut generator = Generator::builder().emit_tonic_bridge(false).build();
    generator.add_all(ServiceDefinition::from_fds(&descriptors, &DescriptorOptions::new())?);
    generator.write(std::env::var("OUT_DIR")?)?;
    Ok(())
}
