//! An independent parser reads the contracts of the goldens: everything that it finds is generated.

use harness::{contracts, generate, repository};
use protobuf_parse::Parser;

use crate::{golden::CASES, program::protoc_include};

/// The declarations of files, in their generated form.
#[derive(Default)]
struct Declared {
    /// The constructor and the path of each method.
    methods: Vec<String>,
    /// The names of enum values.
    values: Vec<String>,
    /// The number of fields.
    fields: usize,
    /// The first line of each comment.
    comments: Vec<String>,
}

/// The files of a case, read by protobuf-parse through the real protoc.
fn declared(files: &[&str]) -> Declared {
    let folder = contracts().join("golden");
    let mut parser = Parser::new();
    parser.protoc().protoc_path(&protoc_bin_vendored::protoc_bin_path().expect("there is one for this machine"));
    parser.protoc_extra_args(["--include_source_info"]);
    parser.includes([&folder, &repository().join("proto"), &protoc_include()]);
    parser.inputs(files.iter().map(|file| folder.join(file)));
    let mut declared = Declared::default();
    for file in parser.file_descriptor_set().expect("valid").file {
        for service in &file.service {
            let name = format!("{}.{}", file.package(), service.name());
            let path = |method: &str| format!("/{}/{method}", name.trim_start_matches('.'));
            let printed = |kind: &str, method: &str| format!("svc::Method::{kind}({:?})", path(method));
            let methods = service.method.iter();
            declared.methods.extend(
                methods
                    .map(|method| printed(kind(method.client_streaming(), method.server_streaming()), method.name())),
            );
        }
        let (mut messages, mut enums) = (file.message_type, file.enum_type);
        while let Some(message) = messages.pop() {
            declared.fields += if message.options.map_entry() { 0 } else { message.field.len() };
            messages.extend(message.nested_type);
            enums.extend(message.enum_type);
        }
        declared.values.extend(enums.iter().flat_map(|item| &item.value).map(|value| value.name().to_owned()));
        // Those of messages, enums and services; none of extensions, which are not printed.
        let elements = file.source_code_info.location.iter().filter(|place| matches!(place.path.first(), Some(4..=6)));
        let comments = elements.filter_map(|place| place.leading_comments().trim().lines().next().map(letters));
        declared.comments.extend(comments);
    }
    declared
}

/// The generated constructor for the streaming kind of a method.
fn kind(takes_stream: bool, returns_stream: bool) -> &'static str {
    match (takes_stream, returns_stream) {
        (false, false) => "unary",
        (false, true) => "server_streaming",
        (true, false) => "client_streaming",
        (true, true) => "bidi_streaming",
    }
}

/// The letters of a text, without its layout and its escapes.
fn letters(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).collect()
}

fn check(case: &str, files: &[&str], options: &str) {
    let printed = generate(&contracts().join("golden"), files, options).0.expect("valid");
    let rust: Vec<_> =
        printed.iter().filter(|(name, _)| *name != "descriptor.rs").map(|(_, text)| text.as_str()).collect();
    let text = rust.concat();
    let letters = letters(&text);
    let declared = declared(files);
    let on_one_line = text.split_whitespace().collect::<String>().replace(",)", ")");
    for method in &declared.methods {
        assert!(on_one_line.contains(method), "{case}: there is no {method}");
    }
    for value in &declared.values {
        assert!(text.contains(&format!("{value:?}")), "{case}: the value {value} is lost");
    }
    for comment in &declared.comments {
        assert!(letters.contains(comment), "{case}: the comment {comment:?} is lost");
    }
    assert_eq!(text.matches(r#" tag = ""#).count(), declared.fields, "{case}: the messages have other fields");
}

#[test]
fn everything_declared_is_generated() {
    // `imported` generates one more file than requested, and the other cases each generate a part.
    CASES
        .iter()
        .filter(|(case, ..)| !["imported", "domain_only", "domain_elsewhere", "openapi_3_0"].contains(case))
        .for_each(|(case, files, options)| check(case, files, options));
    check("imported", &["imported.proto", "money.proto"], "");
}
