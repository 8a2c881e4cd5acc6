//! Rules that contracts define as extensions of the rules of `buf.validate`.

use std::collections::HashSet;

use crate::read::{
    Input,
    descriptor::{FieldDescriptor, MessageDescriptor},
};

/// The extensions that define rules, by the messages that they extend and by their numbers.
#[derive(Debug, Default)]
pub struct PredefinedRules(HashSet<(String, u32)>);

impl PredefinedRules {
    /// Collects the extensions of all files.
    pub fn new(input: &Input) -> Self {
        let mut found = Self::default();
        for file in &input.files {
            found.add(&file.descriptor.extension);
            file.descriptor.message_type.iter().for_each(|message| found.add_nested(message));
        }
        found
    }

    fn add_nested(&mut self, message: &MessageDescriptor) {
        self.add(&message.extension);
        message.nested_type.iter().for_each(|nested| self.add_nested(nested));
    }

    fn add(&mut self, extensions: &[FieldDescriptor]) {
        for extension in extensions.iter().filter(|extension| is_predefined(extension)) {
            let number = u32::try_from(extension.number).unwrap_or_default();
            self.0.insert((extension.extendee.trim_start_matches('.').to_owned(), number));
        }
    }

    /// Whether an extension of rules defines a rule.
    pub(super) fn contains(&self, message: &str, number: u32) -> bool {
        self.0.contains(&(format!("buf.validate.{message}"), number))
    }
}

fn is_predefined(extension: &FieldDescriptor) -> bool {
    extension.options.as_ref().is_some_and(|options| !options.predefined.is_empty())
}
