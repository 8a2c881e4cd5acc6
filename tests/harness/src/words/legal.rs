//! Legal words with a meaning in Rust, in protobuf or in generated code.

use std::sync::LazyLock;

/// Names of elements: words of Rust, of protobuf, of libraries and of generated code, and names with few letters.
pub static NAMES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| GROUPS.iter().flat_map(|words| words.split_ascii_whitespace()).collect());

const GROUPS: &[&str] = &[
    // Keywords of Rust: strict, reserved, weak.
    "as break const continue crate else enum extern false fn for if impl in let loop match mod move mut pub \
     ref return self Self static struct super trait true type unsafe use where while async await dyn abstract \
     become box do final macro override priv typeof unsized virtual yield try gen union macro_rules raw safe \
     auto default dynamic",
    // Names with few letters, or none.
    "_ __ _1 _a a A x X a_ a__b x1 x_1 X1 x2 X2 _2 a1b2 E T S Q R e t s r i l1 B b a_b_c X_L A_B_1",
    // Rust's prelude and primitive types.
    "Option Some None Vec String Box Result Ok Err Default Clone Copy Send Sync Sized Drop From Into TryFrom \
     TryInto Iterator IntoIterator Extend FromIterator ToString ToOwned AsRef AsMut Fn FnMut FnOnce Unpin \
     PartialEq Eq PartialOrd Ord Hash Debug Display u8 u32 i32 i64 usize str bool char f32 f64 std core alloc \
     drop vec format panic matches write println Arc Pin Future BTreeMap HashMap Cow Infallible Error Duration",
    // Libraries.
    "prost tonic svc rust_svc http bytes tokio futures serde axum tower hyper tracing async_trait prost_types \
     google protobuf chrono jiff time",
    // Names in generated code.
    "domain adapter client gateway fake pb convert json descriptor Adapter Client Gateway Fake Domain Pb \
     Convert Json Message Context Violations Wire Method NAME TYPES VALUES FILE_DESCRIPTOR_SET \
     GENERATED_BY_0_1 Session Way Place Unrecognized UNRECOGNIZED session wire cx request it message \
     violations out way part field value key number deeper kind map unary server_streaming client_streaming \
     bidi_streaming Unary Streaming wkt Enumeration Oneof on inner outer Timestamp Any Empty FieldMask Struct \
     Value ListValue SignedDuration Type Kind Code Status Rules routes",
    // Functions of traits and of generated code.
    "clone fmt eq ne cmp hash merge encode decode len is_empty new connect into_inner as_str as_str_name \
     from_str_name from_number poll_ready call serve clear into_wire read encoded_len encode_raw merge_field \
     buf tag wire_type next iter to_string from into try_from is_valid set_a a_or_default or_default unwrap \
     expect ok err type_id builder with get list index not add deref borrow poll spawn name full_name type_url",
    // Values of enums.
    "UNSPECIFIED UNKNOWN NONE Unspecified Unknown ZERO ONE 1 2X NULL_VALUE TRUE OK",
    // Words of protobuf.
    "message service rpc stream package import syntax edition oneof reserved extensions max to optional \
     required repeated group extend option string int32 double inf nan public weak export local returns \
     features public_dependency",
    // Usual names, and names of Windows devices.
    "Key KEY NewEntry con CON nul aux \
     foo Foo fooBar foo_bar FooBar FOO_BAR foo__bar foo_1 foo1 foo2 Foo2 bar order Order user_id Entry \
     FooEntry Inner HTTPServer iPhone v1 V1 id OrderService \
     a_very_long_name_of_something_that_nobody_would_call_so_in_a_contract_and_somebody_does_all_the_same",
];

/// JSON names of fields.
pub const JSON_NAMES: &[&str] = &[
    "a b",
    "$",
    "@type",
    "null",
    "true",
    "é",
    "quo\\\"te",
    "back\\\\slash",
    "a.b",
    "a-b",
    "1",
    "",
    "self",
    "type",
    "{x}",
    "tab\\t",
    "日本",
    "x/y",
    "key",
    "value",
];

/// Segments of HTTP paths.
pub const PATH_SEGMENTS: &[&str] = &[
    "v1",
    "shelves",
    "books",
    "self",
    "type",
    "%41",
    "\\303\\274nicode",
    "a-b",
    "a.b",
    "_",
    "~x",
    "fn",
    "healthz",
    "a:b",
    "1",
    "$x",
];

/// Lines of comments.
pub const COMMENT_LINES: &[&str] = &[
    "Says what it is.",
    "",
    "",
    "",
    "Link to [`Order`] and [broken].",
    "[a][b] and [c](d) and [e]: f",
    "```",
    "```rust",
    "```text",
    "~~~",
    "    indented();",
    "\ttab",
    "# Heading",
    "## Heading `x`",
    "Setext",
    "======",
    "---",
    "| a | b |",
    "|---|---|",
    "| `x` | [z] |",
    "[^1]: footnote",
    "see [^1]",
    "- item",
    "  - nested item",
    "* star",
    "1. one",
    "   2) two",
    "> quote",
    "> ```",
    "- [ ] task",
    "<b>bold</b> <T> Vec<String>",
    "<!-- open",
    "-->",
    "<script>",
    "</script>",
    "http://example.com/a_b?c=[d]",
    "<http://example.com>",
    "`unbalanced",
    "``two`` ` one",
    "\\ back \\` \\[ \\\\",
    "/* open",
    "#![attribute]",
    "#[derive(Debug)]",
    "$x$ {{ y }} {% z %}",
    "\"quoted\" 'x' r#\"raw\"#",
    "ünïcödé 🦀 العربية 日本語",
    "bidi \u{202e}evil\u{202c}",
    "zero\u{200b}width \u{feff}bom",
    "line\u{2028}separator",
    "cr\rcr",
    "bell \u{7} escape \u{1b}[31m",
    "snake_case_word and __dunder__ and *star* _under_",
    "CamelCase and HTTPServer",
    "&amp; &lt; & < >",
    "1. ```",
    "   code",
    "   ```",
    "10. ten",
    "+ plus",
    "***",
    "[x]",
    "[`a`]: b",
    "![image](x.png)",
    "Panics",
    "# Panics",
    "# Errors",
    "# Safety",
    "SELECT * FROM x;",
    "assert!(false);",
    "mod::path::to and crate::x and std::vec::Vec",
    "@param x y",
    "a  ",
    "Ends with backslash \\",
    "TODO: nothing",
    "fn main() { panic!() }",
    "^ caret",
    "~tilde~ ~~strike~~",
    "a | b",
    "- | -",
    "\u{a0}nbsp",
    "(paren [bracket) ]",
    "{brace",
];

/// Default values of strings, as they are written in a `.proto`.
pub const STRING_LITERALS: &[&str] = &[
    "",
    "a",
    "a\\\"b",
    "it\\'s",
    "back\\\\slash",
    "\\n\\t\\r",
    "\\000",
    "\\303\\251",
    "{}",
    "{x}",
    "\\x7f",
    "\\\"#",
    "日本",
    "//",
    "*/",
    "\\u00e9",
    "$x",
    "r#",
    "\\a\\b\\f\\v\\?",
];

/// Default values of bytes, as they are written in a `.proto`.
pub const BYTE_LITERALS: &[&str] = &["", "a", "\\000\\377", "\\\"\\\\", "\\303\\251", "\\x00\\xfe", "{}", "é"];
