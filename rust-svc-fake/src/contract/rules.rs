//! The rules of a contract for messages: `REQUIRED` fields, `buf.validate`, and known fields and enum values.

use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};
#[cfg(feature = "validate")]
use rust_svc::Rules;
use rust_svc::{Result, Violation, Violations};

use super::{Dynamic, update_mask::UpdateMask};

/// The extension of field options, and two of its values.
const FIELD_BEHAVIOR: &str = "google.api.field_behavior";
const REQUIRED: i32 = 2;
const OUTPUT_ONLY: i32 = 3;

/// The extension of field options that rules of `buf.validate` are in.
const VALIDATE: &str = "buf.validate.field";

/// The rules of a contract for its messages.
#[derive(Debug)]
pub(crate) struct MessageRules {
    /// Whether the contract imports `buf.validate`.
    has_validate: bool,
    #[cfg(feature = "validate")]
    validate: Rules,
}

impl MessageRules {
    pub(super) fn new(pool: &DescriptorPool, _descriptors: &'static [u8]) -> Self {
        Self {
            has_validate: pool.get_extension_by_name(VALIDATE).is_some(),
            #[cfg(feature = "validate")]
            validate: Rules::of(_descriptors),
        }
    }

    /// Returns whether the contract has rules of `buf.validate` that are not checked, because this program lacks their library.
    pub(crate) fn skips_validate(&self) -> bool {
        self.has_validate && cfg!(not(feature = "validate"))
    }

    /// Checks a request. Fails with all violations.
    pub(crate) fn check_request(&self, request: Dynamic) -> Result<Dynamic> {
        let mask = UpdateMask::of(&request.0);
        self.check(&request, &|path| mask.as_ref().is_none_or(|mask| mask.covers(path)))?;
        Ok(request)
    }

    /// Checks a response. Fails with all violations.
    pub(crate) fn check_response(&self, response: &Dynamic) -> Result<()> {
        self.check(response, &|_| true)
    }

    /// Checks a message, whose `REQUIRED` fields are those that `is_demanded` by their path.
    fn check(&self, message: &Dynamic, is_demanded: &dyn Fn(&str) -> bool) -> Result<()> {
        let mut violations = Violations::default();
        check_required(message, is_demanded, &mut violations);
        self.check_validate(message, &mut violations);
        if violations.is_empty() { Ok(()) } else { Err(violations.into()) }
    }

    #[cfg(feature = "validate")]
    fn check_validate(&self, message: &Dynamic, violations: &mut Violations) {
        if self.has_validate {
            self.validate.check(message.0.descriptor().full_name(), &message.encode(), violations);
        }
    }

    #[cfg(not(feature = "validate"))]
    fn check_validate(&self, _: &Dynamic, _: &mut Violations) {}
}

/// Returns what a message has that its contract does not know: fields, and enum values.
pub(crate) fn drift(message: &Dynamic) -> Vec<String> {
    let mut found = Vec::new();
    visit(&message.0, "", &mut |message, path| {
        let name = message.descriptor().full_name().to_owned();
        let unknown =
            message.unknown_fields().map(|field| format!("{path}field {} is unknown in {name}", field.number()));
        found.extend(unknown);
        found.extend(unknown_values(message, path));
    });
    found
}

fn check_required(message: &Dynamic, is_demanded: &dyn Fn(&str) -> bool, violations: &mut Violations) {
    visit(&message.0, "", &mut |message, path| {
        let descriptor = message.descriptor();
        let missing = descriptor.fields().filter(|field| is_required(field) && is_empty(message, field));
        for path in missing.map(|field| format!("{path}{}", field.name())).filter(|path| is_demanded(path)) {
            violations.push(Violation::new(path, "is required").with_reason("REQUIRED"));
        }
    });
}

fn is_empty(message: &DynamicMessage, field: &FieldDescriptor) -> bool {
    match field.supports_presence() {
        true => !message.has_field(field),
        // A number or boolean without presence may be meant to be zero.
        false if matches!(field.kind(), Kind::String | Kind::Bytes) || field.is_list() || field.is_map() => {
            !message.has_field(field)
        }
        false => false,
    }
}

fn is_required(field: &FieldDescriptor) -> bool {
    has_behavior(field, REQUIRED) && !is_output_only(field)
}

/// Returns whether only the service sets a field.
pub(crate) fn is_output_only(field: &FieldDescriptor) -> bool {
    has_behavior(field, OUTPUT_ONLY)
}

fn has_behavior(field: &FieldDescriptor, behavior: i32) -> bool {
    let Some(extension) = field.parent_pool().get_extension_by_name(FIELD_BEHAVIOR) else { return false };
    let options = field.options();
    let behaviors = options.get_extension(&extension);
    matches!(&*behaviors, Value::List(values) if values.contains(&Value::EnumNumber(behavior)))
}

fn unknown_values(message: &DynamicMessage, path: &str) -> Vec<String> {
    let is_unknown = |field: &FieldDescriptor, value: &Value| match (field.kind(), value) {
        (Kind::Enum(item), Value::EnumNumber(number)) => item.get_value(*number).is_none(),
        _ => false,
    };
    let unknown = message.fields().filter(|(field, value)| is_unknown(field, value));
    unknown.map(|(field, value)| format!("{path}{}: value {value:?} is unknown", field.name())).collect()
}

/// Calls `look` for a message and all messages in it, each with the prefix of the paths of its fields.
fn visit(message: &DynamicMessage, path: &str, look: &mut dyn FnMut(&DynamicMessage, &str)) {
    look(message, path);
    for (field, value) in message.fields() {
        visit_value(value, &format!("{path}{}", field.name()), look);
    }
}

fn visit_value(value: &Value, path: &str, look: &mut dyn FnMut(&DynamicMessage, &str)) {
    match value {
        Value::Message(message) => visit(message, &format!("{path}."), look),
        Value::List(values) => {
            for (index, value) in values.iter().enumerate() {
                visit_value(value, &format!("{path}[{index}]"), look);
            }
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                visit_value(value, &format!("{path}[{key:?}]"), look);
            }
        }
        _ => {}
    }
}
