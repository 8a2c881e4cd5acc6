//! A contract of a large team: resources with the standard methods of the AIPs, and streams of every kind.

use std::collections::BTreeMap;

/// Services, each in its own package, with resources of ten methods each.
#[derive(Clone, Copy)]
pub(crate) struct Contract {
    /// The number of services, each in a package.
    pub(crate) services: usize,
    /// The number of resources of a service.
    pub(crate) resources: usize,
}

/// A method of a service, with its names in Rust.
pub(crate) struct Method {
    /// Its name.
    pub(crate) name: String,
    /// Its request message.
    pub(crate) request: String,
    /// Its response message.
    pub(crate) response: String,
    /// The streaming kind.
    pub(crate) kind: Kind,
}

/// The streaming kind of a method.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Neither.
    Unary,
    /// The server.
    ServerStreaming,
    /// The client.
    ClientStreaming,
    /// Both.
    BidiStreaming,
}

const RESOURCES: [&str; 10] =
    ["Account", "Book", "Courier", "Depot", "Event", "Folder", "Gadget", "Helmet", "Invoice", "Journey"];

const RESOURCE: &str = include_str!("resource.proto.in");

const METHODS: &str = include_str!("methods.proto.in");

const HEAD: &str = r#"syntax = "proto3";

package bench.vN;

import "google/api/annotations.proto";
import "google/api/field_behavior.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/timestamp.proto";
import "rust_svc/v1/options.proto";
"#;

impl Contract {
    /// One service of 100 methods.
    pub(crate) const DAILY: Self = Self { services: 1, resources: 10 };

    /// The text of each file, by its name.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        (1..=self.services).map(|number| (format!("bench/v{number}/catalog.proto"), self.file(number))).collect()
    }

    /// The methods of a service, in the order of the file.
    pub(crate) fn methods(&self) -> Vec<Method> {
        RESOURCES[..self.resources].iter().flat_map(|resource| methods(resource)).collect()
    }

    fn file(&self, number: usize) -> String {
        let resources = &RESOURCES[..self.resources];
        let methods: String = resources.iter().map(|resource| named(METHODS, resource)).collect();
        let messages: String = resources.iter().map(|resource| named(RESOURCE, resource)).collect();
        let defaults = r#"option (rust_svc.v1.defaults) = {deadline: "2s" retry: {max_attempts: 3} breaker: {}};"#;
        let service = format!("// Keeps the catalog.\nservice CatalogService {{\n  {defaults}\n\n{methods}}}\n");
        format!("{HEAD}\n{service}\n{messages}").replace("vN", &format!("v{number}"))
    }
}

/// Fills a template for a resource.
fn named(template: &str, resource: &str) -> String {
    template.replace("RESOURCE", resource).replace("resource", &resource.to_lowercase())
}

fn methods(resource: &str) -> Vec<Method> {
    let method = |verb: &str, plural: &str, response: Option<&str>, kind| Method {
        name: format!("{}_{}{plural}", verb.to_lowercase(), resource.to_lowercase()),
        request: format!("{verb}{resource}{plural}Request"),
        response: response.map_or_else(|| format!("{verb}{resource}{plural}Response"), str::to_owned),
        kind,
    };
    vec![
        method("Get", "", Some(resource), Kind::Unary),
        method("List", "s", None, Kind::Unary),
        method("Create", "", Some(resource), Kind::Unary),
        method("Update", "", Some(resource), Kind::Unary),
        method("Delete", "", Some("()"), Kind::Unary),
        method("Move", "", None, Kind::Unary),
        method("Watch", "s", None, Kind::ServerStreaming),
        method("Export", "s", None, Kind::ServerStreaming),
        method("Import", "s", None, Kind::ClientStreaming),
        method("Sync", "s", None, Kind::BidiStreaming),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::request;

    #[test]
    fn the_methods_are_those_of_the_file() {
        let input = request::of_contract(&Contract::DAILY).expect("valid");
        let file = input.files.iter().find(|file| file.descriptor.name == "bench/v1/catalog.proto").expect("there");
        let declared: Vec<_> =
            file.descriptor.service[0].method.iter().map(|method| method.name.to_lowercase()).collect();
        let listed: Vec<_> = Contract::DAILY.methods().iter().map(|method| method.name.replace('_', "")).collect();
        assert_eq!(declared, listed);
        assert_eq!(listed.len(), 100);
    }
}
