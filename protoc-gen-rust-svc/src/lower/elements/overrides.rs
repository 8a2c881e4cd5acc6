//! Types that options replace.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    diagnostics::{Position, suggest},
    lower::{
        lowering::Lowering,
        names::{WELL_KNOWN, full_name},
    },
    model::{Form, Message, Origin, Scalar, Value, WellKnown},
    options::{Artefact, Options, Types},
    read::descriptor::MessageOptions,
};

impl Lowering<'_> {
    /// Chooses the Rust type of a message.
    pub(super) fn form(&self, name: &str, options: &MessageOptions) -> Form {
        let overrides = &self.options.overrides;
        match overrides.domain_types.get(name) {
            Some(own_type) => Form::Custom(own_type.clone()),
            None if options.passthrough || overrides.passthrough.contains(name) => Form::Wire,
            None => Form::Plain,
        }
    }

    /// Reports options for unknown messages, and passthrough without prost messages.
    pub(super) fn check_forms(&mut self, messages: &BTreeMap<String, Message>) {
        let overrides = &self.options.overrides;
        let own_types = overrides.domain_types.keys().map(|name| ("domain_type", name));
        for (option, name) in own_types.chain(overrides.passthrough.iter().map(|name| ("passthrough", name))) {
            if !messages.contains_key(name) || name.starts_with(WELL_KNOWN) {
                let message = format!("unknown message `{name}` in `{option}=.{name}`");
                self.diagnostics.error("E0102", &Position::default(), message).help(suggest_messages(messages, name));
            }
        }
        if self.can_hold_messages() {
            return;
        }
        for message in messages.values() {
            if message.form == Form::Wire && matches!(message.rust.origin, Origin::Local(_)) {
                let text = format!("passthrough of `{}` without prost messages", message.name);
                let help = "remove passthrough, or generate messages and plain types together";
                self.diagnostics.error("E0103", &message.position, text).help(help);
            }
        }
    }

    /// Whether plain types can hold prost messages.
    fn can_hold_messages(&self) -> bool {
        self.options.domain_path.is_none() && !self.is_standalone()
    }

    /// Whether plain types are generated without prost messages.
    pub(super) fn is_standalone(&self) -> bool {
        let has_domain = self.options.emits(Artefact::Domain) && self.options.types == Types::Domain;
        has_domain && !self.options.emits(Artefact::Pb)
    }

    /// Applies the options of a scope to the type of a field or method.
    pub(super) fn apply_overrides(&self, scope: &str, value: Value) -> Value {
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

    /// Reports options for unknown packages, messages and services.
    pub(super) fn check_scopes(&mut self) {
        let scopes = self.options.overrides.scopes().map(|(option, scope)| (scope, format!("{option}=.{scope}=...")));
        let Options { client_only, gateway_only, .. } = self.options;
        let named = |option: &'static str| move |name| (String::as_str(name), format!("{option}=.{name}"));
        let clients = client_only.iter().map(named("client_only"));
        let gateways = gateway_only.iter().map(named("gateway_only"));
        for (scope, option) in scopes.chain(clients).chain(gateways) {
            if !self.is_scope(scope) {
                let message = format!("unknown package, message or service `{scope}` in `{option}`");
                let help = self.packages_help();
                self.diagnostics.error("E0102", &Position::default(), message).help(help);
            }
        }
    }

    /// Reports `extern_path` options for unknown packages.
    pub(super) fn check_extern_paths(&mut self) {
        let packages: BTreeSet<_> = self.input.files.iter().map(|file| file.descriptor.package.as_str()).collect();
        let is_below = |name: &str, outer: &str| name.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
        let is_known = |mapped: &str| packages.iter().any(|name| *name == mapped || is_below(name, mapped));
        for (mapped, path) in self.options.extern_paths.iter().filter(|(mapped, _)| !mapped.is_empty()) {
            if !is_known(mapped) {
                let message = format!("unknown package `{mapped}` in `extern_path=.{mapped}={path}`");
                let help = self.extern_path_help(mapped, &packages);
                self.diagnostics.error("E0102", &Position::default(), message).help(help);
            }
        }
    }

    fn extern_path_help(&self, mapped: &str, packages: &BTreeSet<&str>) -> String {
        if self.types.knows(mapped) {
            let package = mapped.rsplit_once('.').map_or("", |(package, _)| package);
            return format!("it is a type; map its package, as in `extern_path=.{package}=::path::to::its::module`");
        }
        let known: Vec<_> = packages.iter().copied().filter(|name| *name != WELL_KNOWN && !name.is_empty()).collect();
        match suggest::closest(mapped, &known) {
            Some(meant) => format!("did you mean `.{meant}`?"),
            None => format!("remove it, or map one of {}", known.join(", ")),
        }
    }

    /// Whether a package, message or service has this name, or is below it.
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
        format!("the generated packages are {}", names.join(", "))
    }
}

/// Suggests messages of the same name in other packages.
fn suggest_messages(messages: &BTreeMap<String, Message>, name: &str) -> String {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let alike = messages.keys().filter(|known| !known.starts_with(WELL_KNOWN) && last(known) == last(name));
    let alike: Vec<_> = alike.map(|known| format!(".{known}")).collect();
    match alike.as_slice() {
        _ if name.starts_with(WELL_KNOWN) => {
            "messages of google.protobuf have fixed types; `timestamp=` and `duration=` choose two of them".to_owned()
        }
        [] => "write the full name with a leading dot, as in `.acme.v1.Money`".to_owned(),
        alike => format!("did you mean {}?", alike.join(" or ")),
    }
}
