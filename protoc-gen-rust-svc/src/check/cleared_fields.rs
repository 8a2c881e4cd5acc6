//! Path variables for fields that are cleared before the service receives them.

use rust_svc::path::Variable;

use crate::{
    diagnostics::Diagnostics,
    model::{Field, Message, Method, Model, Origin, Route, Value},
};

/// Reports variables for `OUTPUT_ONLY` fields of messages of another run, whose code clears the field anyway.
pub(super) fn check_variables(model: &Model, method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    for variable in route.template.variables() {
        if let Some((message, field)) = cleared(model, method, variable) {
            let text = format!(
                "path variable for `{}` of `{}`, which is OUTPUT_ONLY and may be cleared",
                field.name, message.name
            );
            diagnostics
                .warning("W0505", &route.position, text)
                .help("generate both in one run, or use IDENTIFIER or IMMUTABLE in place of OUTPUT_ONLY");
        }
    }
}

/// Finds the first field of the path that code of another run clears in requests.
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
