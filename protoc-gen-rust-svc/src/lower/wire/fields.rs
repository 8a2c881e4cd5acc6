//! Fields of the type `Bytes`, by the names that prost-build uses.

use super::names::{WireField, WireNames, wire_fields};
use crate::model::{Cardinality, Scalar, Value};

impl WireNames<'_> {
    /// The fields of type `Bytes`.
    pub(crate) fn shared_bytes(&self) -> Vec<String> {
        let paths = self.model.messages.values().filter_map(|message| {
            let name = self.renamed.get(&format!(".{}", message.name))?;
            let is_shared = |known: &WireField<'_>| known.field.value == Value::Scalar(Scalar::SharedBytes);
            let has_any = message.fields().any(|field| field.value == Value::Scalar(Scalar::SharedBytes));
            let fields = if has_any { wire_fields(message) } else { Default::default() };
            let fields = fields.into_values().filter(is_shared).map(|known| format!("{name}.{}", field_name(known)));
            Some(fields.collect::<Vec<_>>())
        });
        let mut paths: Vec<_> = paths.flatten().collect();
        paths.sort_unstable();
        paths
    }
}

fn field_name(known: WireField<'_>) -> String {
    match known.field.cardinality {
        // prost-build looks up the values of maps.
        Cardinality::Map(_) => "value".to_owned(),
        _ => known.new_name.unwrap_or_else(|| known.field.name.clone()),
    }
}
