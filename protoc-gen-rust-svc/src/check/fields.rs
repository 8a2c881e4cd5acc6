//! Rules for fields.

use crate::{
    diagnostics::Diagnostics,
    model::{Behavior, Cardinality, Field, Member, Message, Value},
};

/// A number that must be there, but of which nobody can tell whether it is.
pub(super) fn check_required(message: &Message, diagnostics: &mut Diagnostics) {
    for member in &message.members {
        if let Member::Field(field) = member
            && is_untold(field)
        {
            let text = format!("`{}` is REQUIRED, but zero and absent are the same to it", field.name);
            diagnostics.warning("W0501", &field.position, text).help("write `optional` before its type");
        }
    }
}

/// A field of which two things are said that cannot both be.
pub(super) fn check_behavior(message: &Message, diagnostics: &mut Diagnostics) {
    for field in message.fields() {
        if let Some((two, help)) = contradiction(field.behavior) {
            let text = format!("`{}` is {two}", field.name);
            diagnostics.warning("W0502", &field.position, text).help(help);
        }
    }
}

/// A field that nobody could give, since it would need another one, without end.
pub(super) fn check_endless(message: &Message, diagnostics: &mut Diagnostics) {
    for field in message.fields().filter(|field| field.is_endless()) {
        let text =
            format!("`{}` is REQUIRED, but what it holds needs another {}, without end", field.name, message.name);
        let help = "leave REQUIRED out, of it or of a field on the way: it is not asked for";
        diagnostics.warning("W0504", &field.position, text).help(help);
    }
}

fn contradiction(behavior: Behavior) -> Option<(&'static str, &'static str)> {
    match behavior {
        Behavior { input_only: true, output_only: true, .. } => {
            Some(("INPUT_ONLY and OUTPUT_ONLY, so that it never travels", "leave one of them out"))
        }
        Behavior { required: true, output_only: true, .. } => Some((
            "REQUIRED and OUTPUT_ONLY, but no caller can give what only the service sets",
            "leave REQUIRED out: it is not asked for",
        )),
        Behavior { required: true, optional: true, .. } => {
            Some(("REQUIRED and OPTIONAL", "leave one of them out: it is asked for as it is"))
        }
        _ => None,
    }
}

fn is_untold(field: &Field) -> bool {
    let is_number = matches!(&field.value, Value::Scalar(scalar) if !scalar.can_be_empty());
    field.required && is_number && field.cardinality == Cardinality::Implicit
}
