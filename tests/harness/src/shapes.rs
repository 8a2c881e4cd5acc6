//! Contracts of unlucky shapes, of any size: the generator takes linear time for all of them.

use std::collections::BTreeMap;

/// A shape of contracts of any size.
pub struct Shape {
    /// The name.
    pub name: &'static str,
    /// Returns the text of each file, by its name.
    pub files: fn(usize) -> BTreeMap<String, String>,
    /// The size to measure, which takes a second at most.
    pub size: usize,
}

/// Every shape.
pub const SHAPES: &[Shape] = &[
    Shape { name: "diamonds", files: diamonds, size: 2000 },
    Shape { name: "chain", files: chain, size: 2500 },
    Shape { name: "ring", files: ring, size: 2500 },
    Shape { name: "required-diamonds", files: required_diamonds, size: 1500 },
    Shape { name: "complete-graph", files: complete_graph, size: 10_000 },
    Shape { name: "fields", files: fields, size: 30_000 },
    Shape { name: "optional-fields", files: optional_fields, size: 15_000 },
    Shape { name: "oneofs", files: oneofs, size: 5000 },
    Shape { name: "maps", files: maps, size: 5000 },
    Shape { name: "enum-values", files: enum_values, size: 15_000 },
    Shape { name: "chained-files", files: chained_files, size: 5000 },
    Shape { name: "chained-packages", files: chained_packages, size: 1500 },
    Shape { name: "packages-in-a-ring", files: packages_in_a_ring, size: 1500 },
    Shape { name: "bindings", files: bindings, size: 4000 },
];

/// Messages that each have two fields of the next one. The number of paths through them is exponential.
fn diamonds(size: usize) -> BTreeMap<String, String> {
    messages(size, |index| format!("M{0} one = 1; M{0} two = 2;", index + 1))
}

/// Messages that each have a field of the next one.
fn chain(size: usize) -> BTreeMap<String, String> {
    messages(size, |index| format!("M{} next = 1;", index + 1))
}

/// A chain whose last message has a field of the first one.
fn ring(size: usize) -> BTreeMap<String, String> {
    let messages = (0..size).map(|index| format!("message M{index} {{ M{} next = 1; }}\n", (index + 1) % size));
    one_file(&messages.collect::<String>())
}

/// Diamonds of `REQUIRED` fields.
fn required_diamonds(size: usize) -> BTreeMap<String, String> {
    let required = "[(google.api.field_behavior) = REQUIRED]";
    messages(size, |index| format!("M{0} one = 1 {required}; M{0} two = 2 {required};", index + 1))
}

/// Messages that each have a field of every message, with this many fields in total.
fn complete_graph(size: usize) -> BTreeMap<String, String> {
    let count = size.isqrt();
    let fields: String = (0..count).map(|index| format!("M{index} field{index} = {};", index + 1)).collect();
    one_file(&(0..count).map(|index| format!("message M{index} {{ {fields} }}\n")).collect::<String>())
}

/// A message with this many fields.
fn fields(size: usize) -> BTreeMap<String, String> {
    one_message(size, |index, number| format!("int32 field{index} = {number};"))
}

/// A message with this many optional fields, each with a synthetic oneof in the descriptor.
fn optional_fields(size: usize) -> BTreeMap<String, String> {
    one_message(size, |index, number| format!("optional int32 field{index} = {number};"))
}

/// A message with this many oneofs.
fn oneofs(size: usize) -> BTreeMap<String, String> {
    one_message(size, |index, number| format!("oneof oneof{index} {{ int32 field{index} = {number}; }}"))
}

/// A message with this many maps.
fn maps(size: usize) -> BTreeMap<String, String> {
    one_message(size, |index, number| format!("map<int32, int32> field{index} = {number};"))
}

/// An enum with this many values.
fn enum_values(size: usize) -> BTreeMap<String, String> {
    let values: String = (0..size).map(|index| format!("KIND_VALUE{index} = {index};\n")).collect();
    one_file(&format!("enum Kind {{ {values} }}\n"))
}

/// Files that each import the next one.
fn chained_files(size: usize) -> BTreeMap<String, String> {
    let file = |index: usize| match index + 1 {
        next if next == size => text(&format!("message M{index} {{ int32 end = 1; }}")),
        next => text(&format!("import \"f{next}.proto\"; message M{index} {{ M{next} next = 1; }}")),
    };
    (0..size).map(|index| (format!("f{index}.proto"), file(index))).collect()
}

/// Packages that each use the next one.
fn chained_packages(size: usize) -> BTreeMap<String, String> {
    let file = |index: usize| match index + 1 {
        next if next == size => of_package(index, "message M { int32 end = 1; }"),
        next => of_package(index, &format!("import \"f{next}.proto\"; message M {{ p{next}.v1.M next = 1; }}")),
    };
    (0..size).map(|index| (format!("f{index}.proto"), file(index))).collect()
}

/// Packages that use each other. A file of each is free of imports.
fn packages_in_a_ring(size: usize) -> BTreeMap<String, String> {
    let files = (0..size).flat_map(|index| {
        let next = (index + 1) % size;
        let user = format!("import \"m{next}.proto\"; message User {{ p{next}.v1.M next = 1; }}");
        let used = of_package(index, "message M { int32 end = 1; }");
        [(format!("m{index}.proto"), used), (format!("u{index}.proto"), of_package(index, &user))]
    });
    files.collect()
}

/// A method with this many HTTP rules in one option.
fn bindings(size: usize) -> BTreeMap<String, String> {
    let rules: String =
        (0..size).map(|index| format!("additional_bindings {{ get: \"/v1/names{index}/{{name}}\" }}\n")).collect();
    let option = format!("option (google.api.http) = {{ get: \"/v1/{{name}}\" {rules} }};");
    one_file(&format!(
        "import \"google/api/annotations.proto\";\nservice S {{ rpc Get(M) returns (M) {{ {option} }} }}\nmessage M {{ string name = 1; }}\n"
    ))
}

fn of_package(index: usize, body: &str) -> String {
    format!("syntax = \"proto3\"; package shape.p{index}.v1;\n{body}")
}

fn messages(size: usize, fields: impl Fn(usize) -> String) -> BTreeMap<String, String> {
    let messages = (0..size).map(|index| format!("message M{index} {{ {} }}\n", fields(index)));
    one_file(&(messages.collect::<String>() + &format!("message M{size} {{ int32 end = 1; }}\n")))
}

fn one_message(size: usize, field: impl Fn(usize, usize) -> String) -> BTreeMap<String, String> {
    // Some field numbers are reserved for implementations.
    let number = |index: usize| if index + 1 < 19_000 { index + 1 } else { index + 1001 };
    let fields: String = (0..size).map(|index| field(index, number(index)) + "\n").collect();
    one_file(&format!("message M {{ {fields} }}\n"))
}

fn one_file(body: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("shape.proto".to_owned(), text(body))])
}

fn text(body: &str) -> String {
    format!("syntax = \"proto3\"; package shape.v1; import \"google/api/field_behavior.proto\";\n{body}")
}
