//! Checks requests with the library `prost-protovalidate`.

use std::{
    any::Any,
    collections::HashSet,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, OnceLock},
};

use prost_protovalidate::{
    Error as Refusal, Filter, ValidationOption, Validator, ValidatorOption, normalize_edition_descriptor_set,
};
use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, MessageDescriptor, Value};

use super::{imports, paths::Paths, texts::Texts};
use crate::{Violation, Violations, Wire};

/// `google.api.FieldBehavior.OUTPUT_ONLY`.
const OUTPUT_ONLY: i32 = 3;

/// The rules of `buf.validate` in the `.proto` files that code was generated from. Generated code creates it.
pub struct Rules {
    descriptors: &'static [u8],
    checker: OnceLock<Result<Checker, String>>,
}

impl Rules {
    /// The largest request, in bytes of protobuf encoding, for which all violations are reported. A larger one is reported with
    /// the first, because the library needs about a kilobyte for each.
    pub const LIMIT: usize = 16 * 1024;

    /// Creates the rules in a `FileDescriptorSet`, which is decoded at the first request.
    pub const fn of(descriptors: &'static [u8]) -> Self {
        Self { descriptors, checker: OnceLock::new() }
    }

    /// Checks a request against the rules of the message `name`, and adds the violations.
    ///
    /// Rules that cannot be read or evaluated make the call fail with `INTERNAL`: no request passes unchecked.
    pub fn check(&self, name: &str, wire: &impl Wire, violations: &mut Violations) {
        let checker = self.checker.get_or_init(|| catch_panic(|| Checker::new(self.descriptors)));
        let checked = match checker {
            Ok(checker) => catch_panic(|| checker.check(name, &wire.to_bytes())),
            Err(cause) => Err(cause.clone()),
        };
        match checked {
            Ok(broken) => broken.into_iter().for_each(|violation| violations.push(violation)),
            Err(cause) => violations.fail(format!("the rules of {name}: {cause}")),
        }
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules").finish_non_exhaustive()
    }
}

/// The decoded descriptors, and the validator for them.
struct Checker {
    pool: DescriptorPool,
    validator: Validator,
    input: Arc<InputFields>,
    texts: Texts,
}

impl Checker {
    fn new(descriptors: &[u8]) -> Result<Self, String> {
        let descriptors = imports::with_public_imports(descriptors).map_err(|error| error.to_string())?;
        let descriptors = normalize_edition_descriptor_set(&descriptors);
        let pool = DescriptorPool::decode(&*descriptors).map_err(|error| error.to_string())?;
        let (input, texts) = (Arc::new(InputFields::new(&pool)), Texts::new(&pool));
        let validator = Validator::with_options(&[ValidatorOption::AdditionalDescriptorSetBytes(descriptors)]);
        Ok(Self { pool, validator, input, texts })
    }

    fn check(&self, name: &str, bytes: &[u8]) -> Result<Vec<Violation>, String> {
        let descriptor = self.pool.get_message_by_name(name).ok_or("the message is not in the descriptors")?;
        let mut message = DynamicMessage::decode(descriptor, bytes).map_err(|error| error.to_string())?;
        self.input.retain(&mut message);
        let all = [ValidationOption::Filter(self.input.clone())];
        let first = [ValidationOption::Filter(self.input.clone()), ValidationOption::FailFast];
        let options: &[_] = if bytes.len() > Rules::LIMIT { &first } else { &all };
        match self.validator.validate_with(&message, options) {
            Ok(()) => Ok(Vec::new()),
            Err(Refusal::Validation(error)) => {
                let mut paths = Paths::new(&message);
                let broken = error.violations().iter().take(Violations::LIMIT);
                Ok(broken.map(|broken| self.violation(broken, &mut paths)).collect())
            }
            Err(other) => Err(other.to_string()),
        }
    }

    fn violation(&self, broken: &prost_protovalidate::Violation, paths: &mut Paths<'_>) -> Violation {
        let path = broken.to_proto().field.unwrap_or_default();
        let rule = broken.rule_id();
        let description = match broken.message() {
            "" => self.texts.of(rule).map_or_else(|| format!("breaks the rule {rule}"), ToOwned::to_owned),
            message => message.to_owned(),
        };
        Violation::new(paths.text(&path.elements), description).with_reason(reason(rule))
    }
}

/// The fields that a caller may set: all but the `OUTPUT_ONLY` ones.
struct InputFields {
    output_only: HashSet<String>,
}

impl InputFields {
    fn new(pool: &DescriptorPool) -> Self {
        let Some(behavior) = pool.get_extension_by_name("google.api.field_behavior") else {
            return Self { output_only: HashSet::new() };
        };
        let fields = pool.all_messages().flat_map(|message| message.fields().collect::<Vec<_>>());
        let output_only = fields.filter(|field| is_output_only(field, &behavior));
        Self { output_only: output_only.map(|field| field.full_name().to_owned()).collect() }
    }

    /// Clears the `OUTPUT_ONLY` fields, which the handler does not see either.
    fn retain(&self, message: &mut DynamicMessage) {
        if self.output_only.is_empty() {
            return;
        }
        let is_cleared = |field: &FieldDescriptor| self.output_only.contains(field.full_name());
        let cleared: Vec<_> = message.fields().map(|(field, _)| field).filter(is_cleared).collect();
        cleared.iter().for_each(|field| message.clear_field(field));
        message.fields_mut().for_each(|(_, value)| self.retain_in(value));
    }

    fn retain_in(&self, value: &mut Value) {
        match value {
            Value::Message(message) => self.retain(message),
            Value::List(values) => values.iter_mut().for_each(|value| self.retain_in(value)),
            Value::Map(values) => values.values_mut().for_each(|value| self.retain_in(value)),
            _ => {}
        }
    }
}

impl Filter for InputFields {
    fn should_validate(&self, _: &DynamicMessage, _: &MessageDescriptor) -> bool {
        true
    }

    fn should_validate_field(&self, _: &DynamicMessage, field: &FieldDescriptor) -> bool {
        !self.output_only.contains(field.full_name())
    }
}

fn is_output_only(field: &FieldDescriptor, behavior: &ExtensionDescriptor) -> bool {
    let options = field.options();
    let behaviors = options.get_extension(behavior);
    behaviors.as_list().is_some_and(|behaviors| behaviors.contains(&Value::EnumNumber(OUTPUT_ONLY)))
}

/// Converts the id of a rule to a reason of `google.rpc.BadRequest`: `string.min_len` is `STRING_MIN_LEN`. A reason begins
/// with a letter, and does not end with `_`.
fn reason(rule: &str) -> String {
    let letter = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' };
    let rule = rule.trim_start_matches(|character: char| !character.is_ascii_alphabetic());
    let letters: String = rule.chars().take(63).map(letter).collect();
    letters.trim_end_matches('_').to_owned()
}

/// Turns a panic of the library into an error of the request.
fn catch_panic<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(text(&*panic)))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without a text").to_owned()
}
