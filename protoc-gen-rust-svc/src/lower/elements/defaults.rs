//! Default values of proto2 and editions.

use crate::{
    model::{DefaultValue, Scalar, Value},
    read::{descriptor::FieldDescriptor, unescape},
};

/// Parses the declared default of a field.
pub(super) fn default_value(field: &FieldDescriptor, value: &Value) -> Option<DefaultValue> {
    let text = field.default_value.as_deref()?;
    match value {
        Value::Scalar(scalar) => scalar_default(*scalar, text),
        Value::Enum(_) => Some(DefaultValue::Enum(text.to_owned())),
        Value::Message(_) | Value::WellKnown(_) => None,
    }
}

fn scalar_default(scalar: Scalar, text: &str) -> Option<DefaultValue> {
    let plain = match scalar {
        Scalar::String => return Some(DefaultValue::Text(text.to_owned())),
        Scalar::Bytes | Scalar::SharedBytes => return unescape(text).map(DefaultValue::Bytes),
        Scalar::Double | Scalar::Float => float(scalar, text)?,
        Scalar::Int32 => text.parse::<i32>().ok()?.to_string(),
        Scalar::Int64 => text.parse::<i64>().ok()?.to_string(),
        Scalar::Uint32 => text.parse::<u32>().ok()?.to_string(),
        Scalar::Uint64 => text.parse::<u64>().ok()?.to_string(),
        Scalar::Bool => text.parse::<bool>().ok()?.to_string(),
    };
    Some(DefaultValue::Plain(plain))
}

/// Prints a float with the fewest digits.
fn float(scalar: Scalar, text: &str) -> Option<String> {
    let shortest = match scalar {
        Scalar::Float => format!("{:?}", text.parse::<f32>().ok()?),
        _ => format!("{:?}", text.parse::<f64>().ok()?),
    };
    let name = scalar.rust();
    Some(match shortest.as_str() {
        "inf" => format!("{name}::INFINITY"),
        "-inf" => format!("{name}::NEG_INFINITY"),
        "NaN" => format!("{name}::NAN"),
        _ => shortest,
    })
}

#[cfg(test)]
mod tests {
    use super::scalar_default;
    use crate::model::DefaultValue;
    use crate::model::Scalar;

    #[test]
    fn numbers_are_those_of_rust() {
        for (scalar, text, printed) in [
            (Scalar::Double, "1e+30", "1e30"),
            (Scalar::Double, "-inf", "f64::NEG_INFINITY"),
            (Scalar::Float, "nan", "f32::NAN"),
            (Scalar::Float, "0.1", "0.1"),
            (Scalar::Double, "2", "2.0"),
            (Scalar::Double, "1e999", "f64::INFINITY"),
            (Scalar::Float, "1e39", "f32::INFINITY"),
            (Scalar::Int64, "-9223372036854775808", "-9223372036854775808"),
            (Scalar::Bool, "true", "true"),
        ] {
            assert_eq!(scalar_default(scalar, text), Some(DefaultValue::Plain(printed.to_owned())));
        }
        for (scalar, text) in [(Scalar::Int32, "2147483648"), (Scalar::Bool, "1"), (Scalar::Double, "1e")] {
            assert_eq!(scalar_default(scalar, text), None, "{text}");
        }
    }
}
