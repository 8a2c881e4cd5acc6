//! Options of fields that are legal for each.

use harness::words::{BYTE_LITERALS, JSON_NAMES, STRING_LITERALS};

use super::{Draw, fields::Slots};
use crate::contract::{Field, Kind, Syntax};

const BEHAVIORS: &[&str] = &[
    "REQUIRED",
    "REQUIRED",
    "OPTIONAL",
    "OUTPUT_ONLY",
    "INPUT_ONLY",
    "IMMUTABLE",
    "IDENTIFIER",
    "NON_EMPTY_DEFAULT",
    "UNORDERED_LIST",
];

impl Draw {
    pub(super) fn options_of(&mut self, file: usize, field: &mut Field, slots: &mut Slots) {
        let is_edition = self.contract.files[file].syntax.is_edition();
        let mut options = self.common_options(file);
        options.extend(self.json_name_option(slots));
        options.extend(self.type_option(field, is_edition));
        let is_implicit = self.presence(file, field, &mut options);
        options.extend(self.encoding(file, field));
        if !is_implicit && self.contract.files[file].syntax != Syntax::Proto3 {
            options.extend(self.default(field));
        }
        field.options = options;
    }

    /// Options that every field may have.
    pub(super) fn common_options(&mut self, file: usize) -> Vec<String> {
        let mut options = Vec::new();
        for option in ["deprecated = true", "debug_redact = true"] {
            if self.in_100(7) {
                options.push(option.to_owned());
            }
        }
        while self.in_100(12) {
            self.imports(file, "google/api/field_behavior.proto");
            options.push(format!("(.google.api.field_behavior) = {}", self.one_of(BEHAVIORS)));
        }
        options.extend(self.custom(file, "Field"));
        options
    }

    fn json_name_option(&mut self, slots: &mut Slots) -> Option<String> {
        let name = self.one_of(JSON_NAMES);
        (self.in_100(6) && slots.json.insert(name.to_owned())).then(|| format!("json_name = \"{name}\""))
    }

    fn type_option(&mut self, field: &Field, is_edition: bool) -> Option<String> {
        let option = match &field.kind {
            Kind::Scalar("int64" | "uint64" | "sint64" | "fixed64" | "sfixed64") => "jstype = JS_STRING",
            // Groups have no such option.
            Kind::Message(_) if !is_edition => "lazy = true",
            _ => return None,
        };
        self.in_100(8).then(|| option.to_owned())
    }

    /// Adds the feature for the presence of a field. Returns whether the field has no presence.
    fn presence(&mut self, file: usize, field: &Field, options: &mut Vec<String>) -> bool {
        let file = &self.contract.files[file];
        let (is_implicit, syntax) = (file.features.is_implicit, file.syntax);
        if field.is_repeated() || field.oneof.is_some() {
            return field.is_repeated();
        }
        if !syntax.is_edition() {
            return is_implicit;
        }
        let is_message = self.is_message(&field.kind);
        let is_closed = matches!(&field.kind, Kind::Enum(index) if self.contract.enums[*index].is_closed);
        let may_be_implicit = !is_message && !is_closed;
        let (feature, is_implicit) = match self.rng.u32(..10) {
            0 if self.may_be_required(&field.kind) => ("LEGACY_REQUIRED", false),
            1 if may_be_implicit => ("IMPLICIT", true),
            2 => ("EXPLICIT", false),
            _ if is_implicit && is_closed => ("EXPLICIT", false),
            _ => return is_implicit && !is_message,
        };
        options.push(format!("features.field_presence = {feature}"));
        is_implicit
    }

    /// Whether a field may be required. A message that requires itself would be infinite.
    fn may_be_required(&self, kind: &Kind) -> bool {
        !matches!(kind, Kind::Message(_) | Kind::Group(_))
    }

    pub(super) fn is_message(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Message(_) | Kind::Group(_) => true,
            Kind::Known(name) => !super::fields::KNOWN_ENUMS.contains(name),
            _ => false,
        }
    }

    /// The feature for the encoding of a field.
    fn encoding(&mut self, file: usize, field: &Field) -> Option<String> {
        let syntax = self.contract.files[file].syntax;
        let is_packable = field.label == "repeated " && !self.is_message(&field.kind) && !is_text(&field.kind);
        if !self.in_100(20) {
            return None;
        }
        let option = match &field.kind {
            _ if is_packable && syntax.is_edition() => self
                .one_of(&["features.repeated_field_encoding = PACKED", "features.repeated_field_encoding = EXPANDED"]),
            _ if is_packable => self.one_of(&["packed = true", "packed = false"]),
            kind if syntax.is_edition() && self.is_message(kind) => {
                self.one_of(&["features.message_encoding = DELIMITED", "features.message_encoding = LENGTH_PREFIXED"])
            }
            Kind::Scalar("string") if syntax.is_edition() => {
                self.one_of(&["features.utf8_validation = NONE", "features.utf8_validation = VERIFY"])
            }
            _ => return None,
        };
        Some(option.to_owned())
    }

    pub(super) fn default(&mut self, field: &Field) -> Option<String> {
        if field.is_repeated() || !self.in_100(40) {
            return None;
        }
        let value = match &field.kind {
            Kind::Enum(index) => {
                let names: Vec<_> = self.contract.enums[*index].values.iter().map(|value| value.name.clone()).collect();
                names[self.rng.usize(..names.len())].clone()
            }
            Kind::Scalar(name) => self.default_of(name),
            _ => return None,
        };
        Some(format!("default = {value}"))
    }

    fn default_of(&mut self, scalar: &str) -> String {
        match scalar {
            "string" => format!("\"{}\"", self.one_of(STRING_LITERALS)),
            "bytes" => format!("\"{}\"", self.one_of(BYTE_LITERALS)),
            "bool" => self.one_of(&["true", "false"]).to_owned(),
            "float" => self
                .one_of(&["inf", "-inf", "nan", "1e-45", "3.4028235e38", "-0.0", "16777217", ".5", "1.", "0.1"])
                .to_owned(),
            "double" => self
                .one_of(&["inf", "-inf", "nan", "5e-324", "1.7976931348623157e308", "-0", "3.141592653589793", "1e100"])
                .to_owned(),
            "int32" | "sint32" | "sfixed32" => {
                self.one_of(&["-2147483648", "2147483647", "0", "0x7f", "010", "-1"]).to_owned()
            }
            "int64" | "sint64" | "sfixed64" => {
                self.one_of(&["-9223372036854775808", "9223372036854775807", "0", "-0x10", "1000000"]).to_owned()
            }
            "uint32" | "fixed32" => self.one_of(&["4294967295", "0", "0xffffffff", "10000"]).to_owned(),
            _ => self.one_of(&["18446744073709551615", "0", "1", "123456789"]).to_owned(),
        }
    }
}

fn is_text(kind: &Kind) -> bool {
    matches!(kind, Kind::Scalar("string" | "bytes"))
}
