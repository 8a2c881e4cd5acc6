//! Plain types without prost messages that need the runtime's feature `prost`.

use crate::{
    diagnostics::{Diagnostics, Position},
    model::{Message, Service, Value, WellKnown},
};

/// Reports fields with messages of `descriptor.proto` and the like.
pub(super) fn check_fields(message: &Message, diagnostics: &mut Diagnostics) {
    for field in message.fields() {
        if let Value::WellKnown(WellKnown::Other(name)) = field.value {
            warn(
                &format!("field `{}` has the type `google.protobuf.{name}`", field.name),
                &field.position,
                diagnostics,
            );
        }
    }
}

/// Reports methods that take or return such messages.
pub(super) fn check_methods(service: &Service, diagnostics: &mut Diagnostics) {
    for method in &service.methods {
        for (text, name) in [(&method.request, &method.request_name), (&method.response, &method.response_name)] {
            if text.starts_with("svc::wkt::") {
                warn(&format!("method `{}` uses `{name}`", method.name), &method.position, diagnostics);
            }
        }
    }
}

fn warn(what: &str, position: &Position, diagnostics: &mut Diagnostics) {
    let text = format!("{what}, which needs the feature `prost` of rust-svc");
    diagnostics.warning("W0605", position, text).help("add `features = [\"prost\"]` to rust-svc in Cargo.toml");
}
