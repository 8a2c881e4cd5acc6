//! Requests by the rules of `buf.validate`, which the library `prost-protovalidate` reads and checks.

mod imports;
mod texts;

use std::{
    any::Any,
    collections::HashSet,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, OnceLock},
};

use prost_protovalidate::{
    Error as Refusal, Filter, ValidationOption, Validator, ValidatorOption, normalize_edition_descriptor_set,
    types::{FieldPathElement, field_path_element::Subscript},
};
use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, MessageDescriptor, Value};

use self::texts::Texts;
use crate::{Error, Violation, Violations, Wire};

/// `google.api.FieldBehavior.OUTPUT_ONLY`.
const OUTPUT_ONLY: i32 = 3;

/// The rules of `buf.validate` in the `.proto` files that code was generated from. Generated code makes it.
pub struct Rules {
    descriptors: &'static [u8],
    checker: OnceLock<Result<Checker, String>>,
}

impl Rules {
    /// The largest request, in bytes of protobuf encoding, of which all violations are told. Of a larger one only the
    /// first is, because the library takes about a kilobyte for each.
    pub const LIMIT: usize = 16 * 1024;

    /// The rules in a `FileDescriptorSet`. They are read at the first request.
    pub const fn of(descriptors: &'static [u8]) -> Self {
        Self { descriptors, checker: OnceLock::new() }
    }

    /// Notes all that the rules of the message `name` say against a request. Rules that cannot be read or computed are
    /// an `INTERNAL` error with the cause in its source: a request that cannot be checked is not let through.
    pub fn check(&self, name: &str, wire: &impl Wire, violations: &mut Violations) {
        let checker = self.checker.get_or_init(|| caught(|| Checker::new(self.descriptors)));
        let checked = match checker {
            Ok(checker) => caught(|| checker.check(name, &wire.to_bytes())),
            Err(cause) => Err(cause.clone()),
        };
        match checked {
            Ok(broken) => broken.into_iter().for_each(|violation| violations.note(violation)),
            Err(cause) => violations.fail(Error::internal(format!("the rules of {name}: {cause}"))),
        }
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules").finish_non_exhaustive()
    }
}

/// What was made of the descriptors.
struct Checker {
    pool: DescriptorPool,
    validator: Validator,
    asked: Arc<Asked>,
    texts: Texts,
}

impl Checker {
    fn new(descriptors: &[u8]) -> Result<Self, String> {
        let descriptors = imports::named(descriptors).map_err(|error| error.to_string())?;
        let descriptors = normalize_edition_descriptor_set(&descriptors);
        let pool = DescriptorPool::decode(&*descriptors).map_err(|error| error.to_string())?;
        let (asked, texts) = (Arc::new(Asked::new(&pool)), Texts::new(&pool));
        let validator = Validator::with_options(&[ValidatorOption::AdditionalDescriptorSetBytes(descriptors)]);
        Ok(Self { pool, validator, asked, texts })
    }

    fn check(&self, name: &str, bytes: &[u8]) -> Result<Vec<Violation>, String> {
        let descriptor = self.pool.get_message_by_name(name).ok_or("the message is not in the descriptors")?;
        let mut message = DynamicMessage::decode(descriptor, bytes).map_err(|error| error.to_string())?;
        self.asked.keep(&mut message);
        let all = [ValidationOption::Filter(self.asked.clone())];
        let first = [ValidationOption::Filter(self.asked.clone()), ValidationOption::FailFast];
        let options: &[_] = if bytes.len() > Rules::LIMIT { &first } else { &all };
        match self.validator.validate_with(&message, options) {
            Ok(()) => Ok(Vec::new()),
            Err(Refusal::Validation(error)) => {
                Ok(error.violations().iter().map(|broken| self.violation(broken)).collect())
            }
            Err(other) => Err(other.to_string()),
        }
    }

    fn violation(&self, broken: &prost_protovalidate::Violation) -> Violation {
        let path = broken.to_proto().field.unwrap_or_default();
        let rule = broken.rule_id();
        let description = match broken.message() {
            "" => self.texts.of(rule).map_or_else(|| format!("breaks the rule {rule}"), ToOwned::to_owned),
            message => message.to_owned(),
        };
        Violation::new(joined(&path.elements), description).with_reason(reason(rule))
    }
}

/// What a caller is asked for: all but the fields that only the service sets.
struct Asked {
    output_only: HashSet<String>,
}

impl Asked {
    fn new(pool: &DescriptorPool) -> Self {
        let Some(behavior) = pool.get_extension_by_name("google.api.field_behavior") else {
            return Self { output_only: HashSet::new() };
        };
        let fields = pool.all_messages().flat_map(|message| message.fields().collect::<Vec<_>>());
        let output_only = fields.filter(|field| is_output_only(field, &behavior));
        Self { output_only: output_only.map(|field| field.full_name().to_owned()).collect() }
    }

    /// Clears what only the service sets, as its handler does not see it either.
    fn keep(&self, message: &mut DynamicMessage) {
        if self.output_only.is_empty() {
            return;
        }
        let is_cleared = |field: &FieldDescriptor| self.output_only.contains(field.full_name());
        let cleared: Vec<_> = message.fields().map(|(field, _)| field).filter(is_cleared).collect();
        cleared.iter().for_each(|field| message.clear_field(field));
        message.fields_mut().for_each(|(_, value)| self.keep_in(value));
    }

    fn keep_in(&self, value: &mut Value) {
        match value {
            Value::Message(message) => self.keep(message),
            Value::List(values) => values.iter_mut().for_each(|value| self.keep_in(value)),
            Value::Map(values) => values.values_mut().for_each(|value| self.keep_in(value)),
            _ => {}
        }
    }
}

impl Filter for Asked {
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

/// A path in the form of [`Violation::field`].
fn joined(elements: &[FieldPathElement]) -> String {
    let steps: Vec<_> = elements.iter().map(step).collect();
    steps.join(".")
}

fn step(element: &FieldPathElement) -> String {
    let name = element.field_name();
    match &element.subscript {
        None => name.to_owned(),
        Some(Subscript::Index(index)) => format!("{name}[{index}]"),
        Some(Subscript::BoolKey(key)) => format!("{name}[{key}]"),
        Some(Subscript::IntKey(key)) => format!("{name}[{key}]"),
        Some(Subscript::UintKey(key)) => format!("{name}[{key}]"),
        Some(Subscript::StringKey(key)) => format!("{name}[{key}]"),
    }
}

/// The id of a rule in the form of `google.rpc.BadRequest`: `string.min_len` is `STRING_MIN_LEN`. It begins with a letter,
/// and does not end with `_`.
fn reason(rule: &str) -> String {
    let letter = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' };
    let rule = rule.trim_start_matches(|character: char| !character.is_ascii_alphabetic());
    let letters: String = rule.chars().take(63).map(letter).collect();
    letters.trim_end_matches('_').to_owned()
}

/// A panic of the library is no reason to lose more than the request.
fn caught<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(text(&*panic)))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without a text").to_owned()
}
