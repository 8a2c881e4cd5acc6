//! Requests that no compiler sends: they get a response, and never a crash or a file outside the output.

use std::path::PathBuf;

use harness::contracts;
use prost::{Message, bytes::Bytes};
use protoc_gen_rust_svc::read::{
    Input,
    compile::compile,
    descriptor::{
        CodeGeneratorRequest, CodeGeneratorResponse, EnumDescriptor, EnumValueDescriptor, FieldDescriptor,
        FileDescriptor, MessageDescriptor, MessageOptions, OneofDescriptor,
    },
};

use crate::program::{plugin, stderr_of};

fn compiled(file: &str) -> Input {
    compile(&[contracts().join("golden")], &[PathBuf::from(file)]).expect("valid")
}

/// The request that protoc sends for a file.
fn request(file: &str) -> CodeGeneratorRequest {
    let input = compiled(file);
    let proto_file = input.files.into_iter().map(|file| file.bytes).collect();
    CodeGeneratorRequest { file_to_generate: input.generate, parameter: None, compiler_version: None, proto_file }
}

/// A request for `chat.proto`, changed as no compiler allows.
fn changed(change: impl FnOnce(&mut FileDescriptor)) -> Vec<u8> {
    let mut request = request("chat.proto");
    let mut file = FileDescriptor::decode(&request.proto_file[0][..]).expect("valid");
    change(&mut file);
    request.file_to_generate = vec![file.name.clone()];
    request.proto_file = vec![Bytes::from(file.encode_to_vec())];
    request.encode_to_vec()
}

fn answer(request: &[u8]) -> CodeGeneratorResponse {
    let output = plugin(request);
    assert!(output.status.success(), "{}", stderr_of(&output));
    CodeGeneratorResponse::decode(&output.stdout[..]).expect("a response")
}

#[test]
fn names_that_are_not_identifiers_are_errors() {
    let cases: [(&str, Vec<u8>); 6] = [
        ("/evil", changed(|file| file.package = "../../evil".to_owned())),
        ("a b", changed(|file| file.message_type[0].name = "a b".to_owned())),
        ("x: u8 } fn", changed(|file| file.message_type[0].field[0].name = "x: u8 } fn".to_owned())),
        ("Chat\n", changed(|file| file.service[0].name = "Chat\n".to_owned())),
        ("../Talk", changed(|file| file.service[0].method[0].name = "../Talk".to_owned())),
        (r#"A"B"#, illegal_value()),
    ];
    for (name, request) in cases {
        let response = answer(&request);
        let error = response.error.unwrap_or_default();
        assert!(error.contains(&format!("{name:?}")), "{name:?} is answered {error:?}");
        assert!(response.file.is_empty(), "{name:?} is refused, but files are sent");
    }
}

/// A file of `chat.proto` with a map, in an entry of the usual shape.
fn mapped(change: impl FnOnce(&mut FieldDescriptor, &mut MessageDescriptor)) -> Vec<u8> {
    changed(|file| {
        let part = |name: &str, number| FieldDescriptor { number, r#type: 9, label: 1, ..named(name) };
        let options = Some(MessageOptions { map_entry: true, ..MessageOptions::default() });
        let mut entry = MessageDescriptor { name: "OfEntry".to_owned(), options, ..MessageDescriptor::default() };
        entry.field = vec![part("key", 1), part("value", 2)];
        let message = &mut file.message_type[0];
        let type_name = format!(".{}.{}.OfEntry", file.package, message.name);
        let mut field = FieldDescriptor { number: 1000, r#type: 11, label: 3, type_name, ..named("of") };
        change(&mut field, &mut entry);
        message.field.push(field);
        message.nested_type.push(entry);
    })
}

fn named(name: &str) -> FieldDescriptor {
    FieldDescriptor { name: name.to_owned(), ..FieldDescriptor::default() }
}

#[test]
fn malformed_map_entries_are_errors() {
    assert_eq!(answer(&mapped(|_, _| ())).error, None);
    let cases: [(&str, Vec<u8>); 6] = [
        ("invalid map entry `OfEntry`", mapped(|_, entry| entry.field[0].name = "Key".to_owned())),
        ("invalid map entry `OfEntry`", mapped(|_, entry| entry.field[0].r#type = 1)),
        ("invalid map entry `OfEntry`", mapped(|_, entry| entry.field.reverse())),
        ("invalid map entry `OfEntry`", mapped(|_, entry| drop(entry.field.pop()))),
        ("map field `of` is not repeated", mapped(|field, _| field.label = 1)),
        ("undeclared", mapped(|_, entry| entry.name = "OtherEntry".to_owned())),
    ];
    refused(&cases);
}

#[test]
fn duplicate_names_and_numbers_are_errors() {
    let field = |file: &FileDescriptor| file.message_type[0].field[0].clone();
    let adds = |change: fn(FieldDescriptor) -> FieldDescriptor| {
        changed(move |file| {
            let field = change(field(file));
            file.message_type[0].field.push(field);
        })
    };
    let cases: [(&str, Vec<u8>); 6] = [
        ("duplicate type", changed(|file| file.message_type.push(file.message_type[0].clone()))),
        ("duplicate name", changed(|file| file.service.push(file.service[0].clone()))),
        ("duplicate name", changed(|file| file.service[0].method.extend_from_within(..1))),
        ("duplicate name", adds(|field| FieldDescriptor { number: 99, ..field })),
        ("duplicate field number", adds(|field| FieldDescriptor { name: "another".to_owned(), ..field })),
        ("invalid number 0", adds(|field| FieldDescriptor { number: 0, ..field })),
    ];
    refused(&cases);
}

#[test]
fn malformed_oneofs_are_errors() {
    let oneof = || OneofDescriptor { name: "choice".to_owned(), options: None };
    let cases: [(&str, Vec<u8>); 3] = [
        ("oneof `choice` has no fields", changed(|file| file.message_type[0].oneof_decl.push(oneof()))),
        ("in an unknown oneof", changed(|file| file.message_type[0].field[0].oneof_index = Some(99))),
        ("without a oneof", changed(|file| file.message_type[0].field[0].proto3_optional = true)),
    ];
    refused(&cases);
}

/// A file of `chat.proto` in proto2, with a field that has a default.
fn defaulted(r#type: i32, type_name: &str, label: i32, default: &str) -> Vec<u8> {
    changed(|file| {
        file.syntax = "proto2".to_owned();
        let (default_value, type_name) = (Some(default.to_owned()), type_name.to_owned());
        let field = FieldDescriptor { number: 1000, r#type, label, type_name, default_value, ..named("held") };
        file.message_type[0].field.push(field);
        let value = EnumValueDescriptor { name: "ONE".to_owned(), ..EnumValueDescriptor::default() };
        file.enum_type.push(EnumDescriptor {
            name: "Item".to_owned(),
            value: vec![value],
            ..EnumDescriptor::default()
        });
    })
}

#[test]
fn defaults_of_another_type_are_errors() {
    for (r#type, default) in [
        (5, "99999999999"),
        (5, "x; panic!()"),
        (1, "1.0; x"),
        (8, "1"),
        (12, r"\q"),
        (12, r"\777"),
        (12, r"\"),
        (12, r"\x"),
    ] {
        let message = format!("invalid default value {default:?} of field `held`");
        refused(&[(&message, defaulted(r#type, "", 1, default))]);
    }
    refused(&[
        (r#"invalid default value "x" of field `held`"#, defaulted(9, "", 3, "x")),
        (r#"invalid default value "x" of field `held`"#, defaulted(11, ".chat.v1.ChatMessage", 1, "x")),
        (r#"invalid default value "NOPE" of field `held`"#, defaulted(14, ".chat.v1.Item", 1, "NOPE")),
    ]);
    for default in [r"\x1", r"\0\377", r#"\"\?"#, r"\X41"] {
        assert_eq!(answer(&defaulted(12, "", 1, default)).error, None, "{default}");
    }
    assert_eq!(answer(&defaulted(14, ".chat.v1.Item", 1, "ONE")).error, None);
}

/// A request for `chat.proto`, with more bytes after its file.
fn lengthened(more: &[u8]) -> Vec<u8> {
    let mut request = request("chat.proto");
    request.proto_file[0] = [&request.proto_file[0][..], more].concat().into();
    request.encode_to_vec()
}

#[test]
fn a_syntax_without_a_name_is_proto2() {
    assert_eq!(answer(&lengthened(&[0x62, 0])).error, None);
}

#[test]
fn input_that_prost_build_cannot_read_is_an_error() {
    // A list of numbers that ends within one.
    refused(&[("chat.proto: error[E0003]: the file is not a FileDescriptorProto", lengthened(&[0x52, 1, 0xff]))]);
}

#[test]
fn text_that_is_not_utf8_is_reported_with_its_position() {
    let mut request = defaulted(9, "", 1, "replaced");
    let at = request.windows(8).position(|part| part == b"replaced").expect("it is there");
    request[at] = 0xff;
    refused(&[("chat.proto:12:1: error[E0003]: invalid UTF-8 in a string", request)]);
}

#[track_caller]
fn refused(cases: &[(&str, Vec<u8>)]) {
    for (message, request) in cases {
        let response = answer(request);
        let error = response.error.unwrap_or_default();
        assert!(error.contains("error[E0003]") && error.contains(message), "no {message:?}: {error:?}");
        assert!(response.file.is_empty(), "it is refused, but files are sent");
    }
}

/// A request for `user.proto` with an illegal name of an enum value.
fn illegal_value() -> Vec<u8> {
    let mut request = request("user.proto");
    for bytes in &mut request.proto_file {
        let mut file = FileDescriptor::decode(&bytes[..]).expect("valid");
        for nested in file.message_type.iter_mut().flat_map(|message| &mut message.enum_type) {
            nested.value[0].name = r#"A"B"#.to_owned();
        }
        *bytes = file.encode_to_vec().into();
    }
    request.encode_to_vec()
}

/// Output paths stay below the output folder, whatever the name of the file.
#[test]
fn file_names_do_not_lead_outside_the_output() {
    for name in ["../../evil.proto", "/etc/evil.proto", "a\nb.proto", "*/ fn main() {}.proto", "a\u{202e}b.proto"] {
        let response = answer(&changed(|file| file.name = name.to_owned()));
        for file in response.file.into_iter().filter(|file| file.insertion_point.is_none()) {
            let path = file.name.expect("a file has a name");
            assert!(!path.starts_with('/') && !path.contains(".."), "{name:?} gives {path:?}");
            stays_in_its_line(&path, &file.content.expect("a file has a content"));
        }
    }
}

/// Whether the first line, which names the file, is still a comment and nothing but it.
fn stays_in_its_line(path: &str, content: &str) {
    let mut lines = content.lines();
    let is_tame = |line: &str| line.starts_with("// @generated") && !line.contains('\u{202e}');
    assert!(lines.next().is_some_and(is_tame), "{path}");
    assert!(lines.next().is_some_and(str::is_empty), "{path}: the name of the file breaks out of its line");
}

/// A pseudorandom generator with a fixed seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13; // xorshift
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("it is below the bound")
    }
}

/// Changes, removes, doubles or truncates one to eight bytes.
fn mutated(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
        match random.below(5) {
            0 => bytes[at] = random.below(256).to_le_bytes()[0],
            1 => bytes[at] ^= 1 << random.below(8),
            2 => drop(bytes.remove(at)),
            3 => bytes.insert(at, bytes[at]),
            _ => bytes.truncate((at + 1).max(bytes.len() / 2)),
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

/// The requests run in process, which is fast enough for many. A panic names the seed.
#[test]
fn mutated_requests_do_not_panic() {
    for file in ["fields.proto", "user.proto", "policies.proto", "proto2.proto", "keywords.proto"] {
        let request = request(file).encode_to_vec();
        for seed in 1..=400 {
            let bytes = mutated(&request, &mut Random(seed));
            let answered =
                std::panic::catch_unwind(|| protoc_gen_rust_svc::answer(&bytes).map_err(|error| error.to_string()));
            let answered = answered.unwrap_or_else(|_| panic!("{file}, seed {seed}: the generator panics"));
            let internal = answered.err().is_some_and(|error| error.contains("internal error"));
            assert!(!internal, "{file}, seed {seed}: the generator prints what is no Rust");
        }
    }
}

/// Each request runs in a process of its own, which would show a stack overflow, too.
#[test]
fn malformed_requests_exit_with_a_response_or_a_message() {
    let request = request("chat.proto").encode_to_vec();
    for seed in 1..=200 {
        let mut random = Random(seed);
        let bytes: Vec<_> = match seed % 4 {
            0 => (0..random.below(4096)).map(|_| random.below(256).to_le_bytes()[0]).collect(),
            _ => mutated(&request, &mut random),
        };
        let output = plugin(&bytes);
        let stderr = stderr_of(&output);
        assert!(matches!(output.status.code(), Some(0 | 1)) && !stderr.contains("panicked"), "seed {seed}: {stderr}");
        assert!(output.status.success() || stderr.lines().count() == 1, "seed {seed}: {stderr}");
    }
}

#[test]
fn deeply_nested_messages_are_an_error() {
    let response = answer(&changed(|file| {
        for _ in 0..90 {
            let mut outer = file.message_type[0].clone();
            outer.nested_type = vec![file.message_type[0].clone()];
            file.message_type[0] = outer;
        }
    }));
    assert!(response.error.is_some_and(|error| error.contains("deep")), "they are not refused");
}

/// An edition after the newest one is refused at its declaration, which compilers locate as the syntax.
#[test]
fn newer_editions_are_refused_with_a_position() {
    let newer = changed(|file| {
        file.syntax = "editions".to_owned();
        file.edition = 1003;
    });
    let line = compiled("chat.proto").files[0].source.position(&[12]).line;
    let error = answer(&newer).error.expect("it is refused");
    assert!(
        error.contains(&format!("chat.proto:{line}:1: error[E0002]: unsupported edition, newer than 2026")),
        "{error}"
    );
}
