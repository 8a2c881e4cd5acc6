//! Types that options put in place of those that are printed by default.

use std::collections::BTreeMap;

use crate::{
    diagnostics::Position,
    lower::{
        lowering::Lowering,
        names::{WELL_KNOWN, full_name},
    },
    model::{Form, Message, Origin, Scalar, Value, WellKnown},
    options::{Artefact, Types},
    read::descriptor::MessageOptions,
};

impl Lowering<'_> {
    /// What a trait speaks in place of a message.
    pub(super) fn form(&self, name: &str, options: &MessageOptions) -> Form {
        let overrides = &self.options.overrides;
        match overrides.domain_types.get(name) {
            Some(own_type) => Form::Custom(own_type.clone()),
            None if options.passthrough || overrides.passthrough.contains(name) => Form::Wire,
            None => Form::Plain,
        }
    }

    /// Notes options for messages that are not there, and messages that cannot be what options say.
    pub(super) fn check_forms(&mut self, messages: &BTreeMap<String, Message>) {
        let overrides = &self.options.overrides;
        let own_types = overrides.domain_types.keys().map(|name| ("domain_type", name));
        for (option, name) in own_types.chain(overrides.passthrough.iter().map(|name| ("passthrough", name))) {
            if !messages.contains_key(name) || name.starts_with(WELL_KNOWN) {
                let message = format!("{option}=.{name}: there is no message {name} that it could be said of");
                self.diagnostics.error("E0102", &Position::default(), message).help(meant(messages, name));
            }
        }
        if self.may_speak_wire() {
            return;
        }
        for message in messages.values() {
            if message.form == Form::Wire && matches!(message.rust.origin, Origin::Local(_)) {
                let text = format!("{} is passed through, and plain types stand without messages here", message.name);
                let help = "leave passthrough out, or generate messages and plain types together";
                self.diagnostics.error("E0103", &message.position, text).help(help);
            }
        }
    }

    /// Whether plain types, if there are any, can hold messages.
    fn may_speak_wire(&self) -> bool {
        self.options.domain_path.is_none() && !self.stands_alone()
    }

    /// Whether there are plain types, and no messages.
    pub(super) fn stands_alone(&self) -> bool {
        let has_domain = self.options.emits(Artefact::Domain) && self.options.types == Types::Domain;
        has_domain && !self.options.emits(Artefact::Pb)
    }

    /// What a field of a message holds, or a method of a service speaks: of the types that the options choose.
    pub(super) fn chosen(&self, scope: &str, value: Value) -> Value {
        let overrides = &self.options.overrides;
        match value {
            Value::Scalar(Scalar::Bytes) if overrides.shared_bytes.of(scope) => Value::Scalar(Scalar::SharedBytes),
            Value::WellKnown(WellKnown::Wrapper(Scalar::Bytes)) if overrides.shared_bytes.of(scope) => {
                Value::WellKnown(WellKnown::Wrapper(Scalar::SharedBytes))
            }
            Value::WellKnown(WellKnown::Timestamp(_)) => {
                Value::WellKnown(WellKnown::Timestamp(overrides.timestamps.of(scope)))
            }
            Value::WellKnown(WellKnown::Duration(_)) => {
                Value::WellKnown(WellKnown::Duration(overrides.durations.of(scope)))
            }
            other => other,
        }
    }

    /// Notes options for what is not there.
    pub(super) fn check_scopes(&mut self) {
        for (option, scope) in self.options.overrides.scopes() {
            if !self.is_scope(scope) {
                let message = format!("{option}=.{scope}=...: there is no package, message or service {scope}");
                let help = self.packages_help();
                self.diagnostics.error("E0102", &Position::default(), message).help(help);
            }
        }
    }

    /// Whether anything is named so, or lies in what is named so.
    fn is_scope(&self, scope: &str) -> bool {
        let mut files = self.input.files.iter().map(|file| &file.descriptor);
        let lies_within =
            |name: &str| name.strip_prefix(scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.types.knows(scope)
            || files.any(|file| {
                let mut services = file.service.iter().map(|service| full_name(&file.package, &service.name));
                lies_within(&file.package) || services.any(|service| service == scope)
            })
    }

    fn packages_help(&self) -> String {
        let generated = self.input.files.iter().map(|file| &file.descriptor);
        let mut names: Vec<_> = generated
            .filter(|file| self.packages.is_generated(&file.name))
            .map(|file| format!(".{}", file.package))
            .collect();
        names.sort();
        names.dedup();
        format!("the packages that are generated are {}", names.join(", "))
    }
}

/// Messages of the same name in other packages, or how a name is written.
fn meant(messages: &BTreeMap<String, Message>, name: &str) -> String {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let alike = messages.keys().filter(|known| !known.starts_with(WELL_KNOWN) && last(known) == last(name));
    let alike: Vec<_> = alike.map(|known| format!(".{known}")).collect();
    match alike.as_slice() {
        _ if name.starts_with(WELL_KNOWN) => {
            "timestamp= and duration= choose types for those of google.protobuf".to_owned()
        }
        [] => "write its full name with a dot in front, as in .acme.v1.Money".to_owned(),
        alike => format!("did you mean {}?", alike.join(" or ")),
    }
}
