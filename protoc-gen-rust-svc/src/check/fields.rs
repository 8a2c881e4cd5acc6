//! Lints for fields and their behaviors.

use crate::{
    diagnostics::Diagnostics,
    model::{Behavior, Cardinality, Field, Member, Message, Value},
};

/// Reports `REQUIRED` on scalars without presence.
pub(super) fn check_required(message: &Message, diagnostics: &mut Diagnostics) {
    for member in &message.members {
        if let Member::Field(field) = member
            && has_no_presence(field)
        {
            let text = format!("REQUIRED on `{}`, a scalar without presence", field.name);
            diagnostics.warning("W0501", &field.position, text).help("add `optional` before its type");
        }
    }
}

/// Reports behaviors that exclude each other.
pub(super) fn check_behavior(message: &Message, diagnostics: &mut Diagnostics) {
    for field in message.fields() {
        if let Some((two, help)) = contradiction(field.behavior) {
            let text = format!("field `{}` is both {two}", field.name);
            diagnostics.warning("W0502", &field.position, text).help(help);
        }
    }
}

/// Reports `REQUIRED` fields that require another message of the same type, which no finite request has.
pub(super) fn check_endless(message: &Message, diagnostics: &mut Diagnostics) {
    for field in message.fields().filter(|field| field.is_endless()) {
        let text = format!("REQUIRED on `{}`, whose message requires another `{}`", field.name, message.name);
        let help = "remove REQUIRED from one of these fields; it is ignored here";
        diagnostics.warning("W0504", &field.position, text).help(help);
    }
    for oneof in message.oneofs().filter(|oneof| oneof.is_endless) {
        let text = format!("each member of the required oneof `{}` requires another `{}`", oneof.name, message.name);
        let help = "add a member without it, or make the oneof optional; until then, each request with it fails";
        diagnostics.warning("W0504", &oneof.position, text).help(help);
    }
}

fn contradiction(behavior: Behavior) -> Option<(&'static str, &'static str)> {
    match behavior {
        Behavior { input_only: true, output_only: true, .. } => {
            Some(("INPUT_ONLY and OUTPUT_ONLY", "remove one of them; the field is cleared in requests and responses"))
        }
        Behavior { required: true, output_only: true, .. } => Some((
            "REQUIRED and OUTPUT_ONLY",
            "remove REQUIRED; it is ignored, because only the service sets the field",
        )),
        Behavior { required: true, optional: true, .. } => {
            Some(("REQUIRED and OPTIONAL", "remove one of them; the field is required"))
        }
        _ => None,
    }
}

fn has_no_presence(field: &Field) -> bool {
    let is_number = matches!(&field.value, Value::Scalar(scalar) if !scalar.can_be_empty());
    field.required && is_number && field.cardinality == Cardinality::Implicit
}
