//! Fields that paths and idempotency keys name.

use std::slice;

use rust_svc::path::Variable;

use crate::model::{Message, Method, Model, Value};

/// Marks fields that a path or an idempotency key names, and their outer fields.
pub(super) fn mark_named_fields(model: &mut Model) {
    let methods = model.packages.iter().flat_map(|package| &package.services).flat_map(|service| &service.methods);
    let named: Vec<_> =
        methods.flat_map(|method| paths(method).flat_map(|path| fields_on_path(model, method, path))).collect();
    for (message, number) in named {
        let fields = model.messages.get_mut(&message).into_iter().flat_map(Message::fields_mut);
        fields.filter(|field| field.number == number).for_each(|field| field.is_named = true);
    }
}

/// The field paths of path variables and idempotency keys.
fn paths(method: &Method) -> impl Iterator<Item = &[String]> {
    let variables = method.routes.iter().flat_map(|route| route.template.variables());
    variables.map(Variable::field_path).chain(method.policy.idempotency_key.as_ref().map(slice::from_ref))
}

/// The fields on a path, each with its message.
fn fields_on_path(model: &Model, method: &Method, path: &[String]) -> Vec<(String, i32)> {
    let mut message = model.message(&method.request_name);
    let fields = path.iter().map_while(|name| {
        let holder = message?;
        let field = holder.field(name)?;
        message = match &field.value {
            Value::Message(inner) => model.message(inner),
            _ => None,
        };
        Some((holder.name.clone(), field.number))
    });
    fields.collect()
}
