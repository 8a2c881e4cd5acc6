//! The messages of rules.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, MessageDescriptor};

/// The `message` of the rules of whole messages, by their `id`. The library returns it only for the rules of fields.
#[derive(Default)]
pub(super) struct Texts(BTreeMap<String, BTreeSet<String>>);

impl Texts {
    /// Collects the texts of all messages.
    pub(super) fn new(pool: &DescriptorPool) -> Self {
        let mut texts = Self::default();
        let Some(extension) = pool.get_extension_by_name("buf.validate.message") else { return texts };
        for rule in pool.all_messages().flat_map(|message| rules(&message, &extension)) {
            texts.0.entry(text(&rule, "id")).or_default().insert(text(&rule, "message"));
        }
        texts
    }

    /// Returns the text of a rule, unless rules with the same id have other texts.
    pub(super) fn of(&self, rule: &str) -> Option<&str> {
        let texts = self.0.get(rule).filter(|texts| texts.len() == 1)?;
        texts.first().map(String::as_str).filter(|text| !text.is_empty())
    }
}

fn rules(message: &MessageDescriptor, extension: &ExtensionDescriptor) -> Vec<DynamicMessage> {
    let options = message.options();
    let of_message = options.get_extension(extension);
    let rules = of_message.as_message().and_then(|rules| rules.get_field_by_name("cel"));
    let rules = rules.as_ref().and_then(|rules| rules.as_list()).unwrap_or_default();
    rules.iter().filter_map(|rule| rule.as_message().cloned()).collect()
}

fn text(rule: &DynamicMessage, field: &str) -> String {
    let text = rule.get_field_by_name(field);
    text.as_ref().and_then(|text| text.as_str()).unwrap_or_default().to_owned()
}
