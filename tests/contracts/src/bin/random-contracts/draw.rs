//! Draws a contract by the rules of protobuf.

pub(crate) mod custom;
mod enums;
mod extends;
mod fields;
mod files;
mod header;
mod messages;
mod names;
mod options;
mod routes;
mod services;

use std::collections::{BTreeSet, HashSet};

use fastrand::Rng;
use harness::random;

use crate::contract::{Contract, Kind};

/// Draws a contract. Its header has comments for the build script.
pub(crate) fn draw(seed: u64) -> Contract {
    let mut draw = Draw::new(seed);
    draw.files();
    draw.types();
    draw.fill();
    draw.extends();
    draw.services();
    draw.header();
    draw.contract
}

/// The state of drawing a contract.
struct Draw {
    rng: Rng,
    contract: Contract,
    /// The full name of each element.
    taken: HashSet<String>,
    /// Names that were drawn, which later ones may resemble.
    used: Vec<String>,
    /// Comments for the build script.
    notes: BTreeSet<&'static str>,
    /// The number of routes. Each has a path of its own.
    routes: usize,
}

impl Draw {
    fn new(seed: u64) -> Self {
        let rng = Rng::with_seed(seed);
        // Packages of imported files.
        let taken = HashSet::from(["google", "rust_svc", custom::PACKAGE].map(ToOwned::to_owned));
        Self { rng, contract: Contract::default(), taken, used: Vec::new(), notes: BTreeSet::new(), routes: 0 }
    }

    /// Returns true with this probability in percent.
    fn in_100(&mut self, cases: u32) -> bool {
        random::in_100(cases, &mut self.rng)
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        random::one_of(choices, &mut self.rng)
    }

    /// Imports a file of protoc or of this repository.
    fn imports(&mut self, file: usize, path: &'static str) {
        let known = &mut self.contract.files[file].known;
        if !known.contains(&path) {
            known.push(path);
        }
    }

    /// Imports what a type of `google.protobuf` needs.
    fn imports_of(&mut self, file: usize, kind: &Kind) {
        match kind {
            Kind::Known(name) => self.imports(file, known_file(name)),
            Kind::Map(_, value) => self.imports_of(file, value),
            _ => (),
        }
    }
}

/// The file of a type of `google.protobuf`.
fn known_file(name: &str) -> &'static str {
    match name {
        "Any" => "google/protobuf/any.proto",
        "Api" => "google/protobuf/api.proto",
        "Duration" => "google/protobuf/duration.proto",
        "Empty" => "google/protobuf/empty.proto",
        "FieldMask" => "google/protobuf/field_mask.proto",
        "SourceContext" => "google/protobuf/source_context.proto",
        "Struct" | "Value" | "ListValue" | "NullValue" => "google/protobuf/struct.proto",
        "Timestamp" => "google/protobuf/timestamp.proto",
        "Type" | "Field" | "Syntax" => "google/protobuf/type.proto",
        "FieldDescriptorProto" | "FileOptions" => "google/protobuf/descriptor.proto",
        _ => "google/protobuf/wrappers.proto",
    }
}
