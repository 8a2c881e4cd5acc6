//! Fields that a path fills, and that are cleared before the service sees them.

use rust_svc::path::Variable;

use crate::{
    diagnostics::Diagnostics,
    model::{Field, Message, Method, Model, Origin, Route, Value},
};

/// What clears the fields that only services set is generated with their message: another run does not know of this path.
pub(super) fn check_variables(model: &Model, method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    for variable in route.template.variables() {
        if let Some((message, field)) = cleared(model, method, variable) {
            let text = format!("a path fills `{}` of {}, which is OUTPUT_ONLY there", field.name, message.name);
            diagnostics.warning("W0505", &route.position, text).help(
                "generate both in one run, or say IDENTIFIER or IMMUTABLE of it: what is generated elsewhere may clear it",
            );
        }
    }
}

/// The first field on the way that the code of another run clears in requests.
fn cleared<'a>(model: &'a Model, method: &Method, variable: &Variable) -> Option<(&'a Message, &'a Field)> {
    let mut message = model.message(&method.request_name)?;
    for name in variable.field_path() {
        let field = message.field(name)?;
        if field.behavior.output_only && matches!(message.rust.origin, Origin::Extern(_)) {
            return Some((message, field));
        }
        let Value::Message(inner) = &field.value else { return None };
        message = model.message(inner)?;
    }
    None
}
