//! Tells callers what is served.

use std::sync::Arc;

use tonic::server::NamedService;
use tonic_reflection::server::{Builder, Error as Broken};

use super::describe;
use crate::{
    Error, Result,
    adapter::{Foreign, Routes},
};

const NAMES: [&str; 2] = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];

/// The services and, if there is anything to tell, those that tell callers about them.
pub(super) fn add(routes: Routes, descriptors: &[&'static [u8]]) -> Result<Routes> {
    if descriptors.is_empty() {
        return Ok(routes);
    }
    let v1 = builder(&routes, descriptors).build_v1().map_err(unreadable)?;
    let v1alpha = builder(&routes, descriptors).build_v1alpha().map_err(unreadable)?;
    Ok(routes.with(name(&v1), Arc::new(Foreign(v1))).with(name(&v1alpha), Arc::new(Foreign(v1alpha))))
}

/// What is described and not served is not told.
fn builder(routes: &Routes, descriptors: &[&'static [u8]]) -> Builder<'static> {
    let builder = Builder::configure()
        .register_encoded_file_descriptor_set(tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET)
        .register_file_descriptor_set(describe::health());
    let builder = descriptors.iter().fold(builder, |builder, set| builder.register_encoded_file_descriptor_set(set));
    routes.services().chain(NAMES).fold(builder, Builder::with_service_name)
}

fn name<T: NamedService>(_: &T) -> &'static str {
    T::NAME
}

fn unreadable(error: Broken) -> Error {
    Error::invalid_argument("the descriptors for reflection are not a google.protobuf.FileDescriptorSet")
        .with_source(error)
}
