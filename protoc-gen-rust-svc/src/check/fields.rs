//! Rules for fields.

use crate::{
    diagnostics::Diagnostics,
    model::{Field, Member, Message, Occurs, Value},
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

fn is_untold(field: &Field) -> bool {
    let is_number = matches!(&field.value, Value::Scalar(scalar) if !scalar.can_be_empty());
    field.required && is_number && field.occurs == Occurs::Implicitly
}
