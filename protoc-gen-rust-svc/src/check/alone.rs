//! Plain types that stand without messages, and hold what the runtime has only with them.

use crate::{
    diagnostics::{Diagnostics, Position},
    model::{Message, Service, Value, WellKnown},
};

/// A field of a message that describes messages.
pub(super) fn check_fields(message: &Message, diagnostics: &mut Diagnostics) {
    for field in message.fields() {
        if let Value::WellKnown(WellKnown::Other(name)) = field.value {
            warn(&format!("`{}` holds google.protobuf.{name}", field.name), &field.position, diagnostics);
        }
    }
}

/// A method that takes or returns such a message.
pub(super) fn check_methods(service: &Service, diagnostics: &mut Diagnostics) {
    for method in &service.methods {
        for (text, name) in [(&method.request, &method.request_name), (&method.response, &method.response_name)] {
            if text.starts_with("svc::wkt::") {
                warn(&format!("`{}` speaks {name}", method.name), &method.position, diagnostics);
            }
        }
    }
}

fn warn(what: &str, position: &Position, diagnostics: &mut Diagnostics) {
    let text = format!("{what}, which the runtime has only with its feature `prost`");
    diagnostics.warning("W0605", position, text).help("add features = [\"prost\"] to rust-svc in Cargo.toml");
}
