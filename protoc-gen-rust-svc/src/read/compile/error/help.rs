//! Fixes for errors of the parser that do not depend on the names of the files.

use crate::diagnostics::suggest::closest;

/// Parts of messages, each with its fix. The first that matches counts.
const FIXES: &[(&str, &str)] = &[
    ("integer is too large", "write large defaults of a double or float with a point or an exponent: 100.0 or 1e20"),
    ("invalid import path", "write the path below a --proto-path directory, with `/` and without `.` or `..`"),
    (
        "buf/validate/validate.proto",
        "get it with `buf export buf.build/bufbuild/protovalidate --output DIR`, and add --proto-path DIR",
    ),
    ("invalid UTF-8", "save the file as UTF-8"),
    ("a directory, not a file", "name the .proto files in it"),
    ("not a regular file", "name a .proto file"),
    ("cannot read the file", "check its permissions and those of its directories"),
    ("import '", "add its directory with --proto-path"),
    ("multiple package names", "keep one of them: a file has one package"),
    ("conflicts with reserved range", "use a number that is not reserved"),
    ("invalid field number '", "use another one: 19000 to 19999 are reserved for implementations of protobuf"),
    ("field number '", "give each field its own number"),
    (
        "required fields are not allowed",
        "remove `required`; `[(google.api.field_behavior) = REQUIRED]` makes a field required",
    ),
    ("message numbers must be between", "begin at 1, and use small numbers"),
    ("map field key type", "use a string or an integer as the key, or a repeated message with key and value"),
    ("oneof fields cannot have labels", "remove the label; put a list into a message of its own"),
    ("the first value for proto3 enums", "begin with a value 0, such as `KIND_UNSPECIFIED = 0`"),
    ("enum number '", "give each value its own number, or set `option allow_alias = true`"),
    ("unknown syntax '", "write \"proto3\" or \"proto2\""),
    ("default values are not allowed", "remove it: in proto3 the default is zero, false or empty"),
    ("fields must have a label", "write `optional`, `repeated` or `required` before the type, or use proto3"),
    ("invalid identifier", "names consist of letters, digits and underscores, and begin with no digit"),
    ("unterminated string", "end it with the quote that it begins with, on the same line"),
    ("expected '=', but found ';'", "end it with its number: `string id = 1;`"),
    ("expected '=', but found", "write a field as type, name and number, with at most one label: `string id = 1;`"),
    ("map fields are not allowed in a oneof", "put the map into a message of its own"),
    ("between an integer literal and an identifier", "write the number in digits alone"),
    ("expected a string literal", "write it in quotes"),
    ("expected ';'", "end the statement before it with `;`"),
    ("reached end of file", "close what is open with `}`"),
    ("is defined twice", "rename one of them; the values of an enum are names beside it, not in it"),
    ("unsigned 32-bit integer", "write a number from 0 to 4294967295"),
    ("unsigned 64-bit integer", "write a number from 0 to 18446744073709551615"),
    ("already set for oneof 'pattern'", "keep one of them, and write the others as `additional_bindings`"),
    ("already set for oneof", "keep one of them"),
    ("is already set", "set it once"),
    ("invalid token", "remove this character; names have letters, digits and underscores, and strings straight quotes"),
    ("recursion limit for nested messages", "declare the inner messages at the top level of the file"),
    (
        "expected '.' or '>'",
        "write a scalar, an enum or a message as the value; put an inner map into a message of its own",
    ),
    ("map fields cannot have labels", "remove the label; to repeat a map, put it into a message of its own"),
    ("is not a message type", "name a message: a method takes and returns messages"),
    ("expected '.' or ')'", "write the name of a message, or `stream` and the name"),
    ("but found 'syntax'", "move it to the start of the file"),
    ("a oneof must have at least one field", "add a field, or remove the oneof"),
    ("groups are not allowed", "declare a message, and a field of its type"),
    ("invalid default value", "write a value of this type"),
    ("expected an identifier", "write a name: letters, digits and underscores, with no digit first"),
    ("-bit integer", "write a number in its range"),
    ("expected a string, but found", "write it in quotes"),
    ("expected an integer, but found", "write a number"),
    ("expected '{' or '<'", "write a message in braces: `{field: value}`"),
];

/// The messages of options, each with the element that has them.
const ELEMENTS: &[(&str, &str)] = &[
    ("FileOptions", "a file"),
    ("MessageOptions", "a message"),
    ("FieldOptions", "a field"),
    ("OneofOptions", "a oneof"),
    ("ExtensionRangeOptions", "an extension range"),
    ("EnumOptions", "an enum"),
    ("EnumValueOptions", "a value of an enum"),
    ("ServiceOptions", "a service"),
    ("MethodOptions", "a method"),
];

/// The fix for a method without a response.
const RETURNS: &str = "write the method as `rpc Name(Request) returns (Response);`";

/// Suggests a fix for the message of an error.
pub(in super::super) fn general_help(message: &str) -> String {
    let known = FIXES.iter().find(|(part, _)| message.contains(part)).map(|(_, fix)| (*fix).to_owned());
    let returns = || message.contains("expected 'returns'").then(|| RETURNS.to_owned());
    known.or_else(|| misplaced(message)).or_else(|| misspelled(message)).or_else(returns).unwrap_or_default()
}

/// The element that an option belongs to, if it is set on an element of another kind.
fn misplaced(message: &str) -> Option<String> {
    let (_, rest) = message.strip_prefix("expected an extension to type ")?.split_once(" extends 'google.protobuf.")?;
    let (_, element) = ELEMENTS.iter().find(|(options, _)| rest.starts_with(options))?;
    Some(format!("set it on {element}"))
}

/// The expected word that is similar to the one found.
fn misspelled(message: &str) -> Option<String> {
    let words: Vec<_> = message.strip_prefix("expected ")?.split('\'').skip(1).step_by(2).collect();
    let (found, expected) = words.split_last()?;
    closest(found, expected).map(|meant| format!("did you mean `{meant}`?"))
}
