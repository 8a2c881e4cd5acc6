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

/// Draws a contract. The header says what the build script has to know.
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

/// The contract as far as it is drawn.
struct Draw {
    rng: Rng,
    contract: Contract,
    /// The full name of each element.
    taken: HashSet<String>,
    /// Names that were drawn, which further ones are made like.
    used: Vec<String>,
    /// Comments for the build script.
    notes: BTreeSet<&'static str>,
    /// How many routes there are: each has a path of its own.
    routes: usize,
}

impl Draw {
    fn new(seed: u64) -> Self {
        let rng = Rng::with_seed(seed);
        // Packages of what is imported.
        let taken = HashSet::from(["google", "rust_svc", custom::PACKAGE].map(ToOwned::to_owned));
        Self { rng, contract: Contract::default(), taken, used: Vec::new(), notes: BTreeSet::new(), routes: 0 }
    }

    /// True in so many of a hundred cases.
    fn in_100(&mut self, cases: u32) -> bool {
        random::in_100(cases, &mut self.rng)
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        random::one_of(choices, &mut self.rng)
    }

    /// An import of what comes with protoc or this repository.
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
