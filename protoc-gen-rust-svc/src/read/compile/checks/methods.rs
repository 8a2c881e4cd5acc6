//! Names of types that protoc takes for methods.

use prost_types::{FileDescriptorProto, ServiceDescriptorProto};

use crate::{
    diagnostics::Problem,
    names::full_name,
    read::compile::elements::{FILE_SERVICE, Found, METHOD_REQUEST, METHOD_RESPONSE, SERVICE_METHOD, index},
};

/// Reports types with the name of a method of their service: protoc looks there first.
pub(super) fn check(file: &FileDescriptorProto) -> Vec<Found> {
    let services = file.service.iter().enumerate();
    let found = services.flat_map(|(number, service)| {
        let path = move |method| [FILE_SERVICE, index(number), SERVICE_METHOD, index(method)];
        mistaken(service).into_iter().map(move |(method, field, name)| ([&path(method)[..], &[field]].concat(), name))
    });
    let problem = |(path, name): (Vec<i32>, &str)| {
        let message = format!("`{name}` is a method of the service here, not a message");
        let help = format!("write the full name of the message: `.{}`", full_name(file.package(), name));
        (path, Problem::uncoded(message, help))
    };
    found.map(problem).collect()
}

/// Such types, with the number of the method and the field that has the name.
fn mistaken(service: &ServiceDescriptorProto) -> Vec<(usize, i32, &str)> {
    let is_method = |name: &&str| service.method.iter().any(|method| method.name() == *name);
    let all = service.method.iter().enumerate().flat_map(|(number, method)| {
        [(number, METHOD_REQUEST, method.input_type()), (number, METHOD_RESPONSE, method.output_type())]
    });
    all.filter(|(_, _, name)| is_method(name)).collect()
}
