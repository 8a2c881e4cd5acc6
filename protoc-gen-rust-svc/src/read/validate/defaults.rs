//! Default values.

use super::validator::{Validator, printable, shorten};
use crate::read::{
    descriptor::{FieldDescriptor, Label, Type},
    unescape,
};

impl Validator<'_> {
    pub(super) fn default(&mut self, field: &FieldDescriptor) {
        let Some(text) = &field.default_value else { return };
        if field.label() == Label::Repeated || !self.can_hold(field, text) {
            let name = printable(&field.name);
            self.error(format!("invalid default value {:?} of field `{name}`", shorten(text)));
        }
    }

    fn can_hold(&self, field: &FieldDescriptor, text: &str) -> bool {
        match field.r#type() {
            Type::Double => text.parse::<f64>().is_ok(),
            Type::Float => text.parse::<f32>().is_ok(),
            Type::Int32 | Type::Sint32 | Type::Sfixed32 => text.parse::<i32>().is_ok(),
            Type::Int64 | Type::Sint64 | Type::Sfixed64 => text.parse::<i64>().is_ok(),
            Type::Uint32 | Type::Fixed32 => text.parse::<u32>().is_ok(),
            Type::Uint64 | Type::Fixed64 => text.parse::<u64>().is_ok(),
            Type::Bool => text.parse::<bool>().is_ok(),
            Type::String => true,
            Type::Bytes => unescape(text).is_some(),
            Type::Enum => self.has_value(&field.type_name, text),
            Type::Group | Type::Message => false,
        }
    }

    /// Whether an enum has a value. Undeclared enums are reported elsewhere.
    fn has_value(&self, name: &str, value: &str) -> bool {
        self.enums.get(name).is_none_or(|item| item.value.iter().any(|own| own.name == value))
    }
}
