//! Custom options that a contract declares and sets.

use super::Draw;

/// The file that declares them.
pub(crate) const PATH: &str = "custom/options.proto";

/// The package of that file, between dots.
pub(super) const PACKAGE: &str = "custom";

/// The beginning of the file. An extension for each kind of element follows.
const TYPES: &str = r#"syntax = "proto2";
package custom.options;
import "google/protobuf/descriptor.proto";
message Rule {
  optional string text = 1;
  repeated int64 numbers = 2;
  optional Rule inner = 3;
  optional group Part = 4 { optional bytes raw = 1 [default = "\377"]; }
  map<string, Level> levels = 5;
  oneof how { double share = 6; bool all = 7; }
  extensions 100 to 199;
}
enum Level { LOW = 0; HIGH = 5; }
extend Rule { optional string note = 100; }
"#;

/// The elements that have options.
const ELEMENTS: &[&str] = &["File", "Message", "Field", "Enum", "EnumValue", "Service", "Method"];

/// The rest of an option after the start of its name.
const SAID: &[&str] = &[
    r#"rule) = {text: "a" numbers: [1, -2] inner {all: true} Part {raw: "\001"} [custom.options.note]: "n"}"#,
    r#"rule) = {levels {key: "x" value: HIGH} levels {key: "" value: LOW} share: -inf}"#,
    r#"rule).inner.inner.text = "{}\n\"\303\251""#,
    r#"rule).(.custom.options.note) = "*/""#,
    "level) = HIGH",
    r#"raw) = "\000\377""#,
    "number) = -9223372036854775808",
    "real) = 1e300",
];

impl Draw {
    /// Rarely an option for an element.
    pub(super) fn custom(&mut self, file: usize, element: &str) -> Option<String> {
        if !self.in_100(3) {
            return None;
        }
        self.imports(file, PATH);
        Some(format!("(.custom.options.{element}_{}", self.one_of(SAID)))
    }
}

/// The file that declares the options.
pub(crate) fn declared() -> String {
    let extensions = ELEMENTS.iter().zip(1_u32..).map(|(element, index)| extension(element, 50_000 + index * 10));
    TYPES.to_owned() + &extensions.collect::<String>()
}

fn extension(element: &str, number: u32) -> String {
    let fields = ["optional Rule E_rule", "repeated Level E_level", "optional bytes E_raw", "optional sint64 E_number"];
    let fields = fields.into_iter().chain(["repeated double E_real"]).zip(number..);
    let lines = fields.map(|(field, number)| format!("  {} = {number};\n", field.replace('E', element)));
    format!("extend google.protobuf.{element}Options {{\n{}}}\n", lines.collect::<String>())
}
