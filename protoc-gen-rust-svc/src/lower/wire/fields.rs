//! Fields with special types, by the names that prost-build uses.

use super::names::{WireNames, new_field_name, new_oneof_name};
use crate::model::{Cardinality, Field, Message, Scalar, Value};

impl WireNames<'_> {
    /// The fields of type `Bytes`.
    pub(crate) fn shared_bytes(&self) -> Vec<String> {
        self.of(
            |field| field.value == Value::Scalar(Scalar::SharedBytes),
            |message, field| match field.cardinality {
                // prost-build looks up the values of maps.
                Cardinality::Map(_) => "value".to_owned(),
                _ => field_name(message, field),
            },
        )
    }

    /// The boxed fields. prost-build does not find cycles through groups.
    pub(crate) fn boxed(&self) -> Vec<String> {
        self.of(
            |field| field.boxed,
            |message, field| {
                let holder =
                    message.oneofs().find(|oneof| oneof.fields.iter().any(|member| member.number == field.number));
                let holder = holder.map(|oneof| format!("{}.", new_oneof_name(oneof).unwrap_or(&oneof.name)));
                holder.unwrap_or_default() + &field_name(message, field)
            },
        )
    }

    fn of(&self, is_wanted: impl Fn(&Field) -> bool, path: impl Fn(&Message, &Field) -> String) -> Vec<String> {
        let paths = self.model.messages.values().filter_map(|message| {
            let name = self.renamed.get(&format!(".{}", message.name))?;
            let fields = message.fields().filter(|field| is_wanted(field));
            Some(fields.map(|field| format!("{name}.{}", path(message, field))).collect::<Vec<_>>())
        });
        paths.flatten().collect()
    }
}

fn field_name(message: &Message, field: &Field) -> String {
    new_field_name(message, field.number).unwrap_or_else(|| field.name.clone())
}
