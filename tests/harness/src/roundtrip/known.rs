//! Messages of `google.protobuf` that have rules of their own.

use arbitrary::Result;
use prost_reflect::{DynamicMessage, Kind, MapKey, MessageDescriptor, ReflectMessage as _, Value, prost::Message as _};

use crate::roundtrip::draw::Draw;

/// Seconds of the years 1 to 9999.
const SECONDS: &[i64] = &[0, 1, -1, 1_700_000_000, -62_135_596_800, 253_402_300_799];
/// Seconds of spans of at most 10,000 years.
const SPANS: &[i64] = &[0, 1, -1, 315_576_000_000, -315_576_000_000];
const NANOS: &[i32] = &[0, 1, 999_999_999, 500_000_000, 1_000, 123_456_789];
/// Seconds and nanoseconds that are neither a valid timestamp nor a valid duration.
const WRONG: &[(i64, i32)] =
    &[(i64::MAX, 0), (i64::MIN, 0), (1, -1), (0, i32::MIN), (0, 1_000_000_000), (315_576_000_001, 0)];
const PATHS: &[&str] = &["a", "display_name", "a.b_c", "f1"];
const NUMBERS: &[f64] = &[0.0, 1.0, -1.5, 1e21, 1e-7, -0.0];
const MAX_DEPTH: usize = 3;

impl Draw<'_, '_> {
    /// Draws a message with rules of its own. Returns `None` if it has none.
    pub(crate) fn known(&mut self, descriptor: &MessageDescriptor) -> Option<Result<DynamicMessage>> {
        let name = descriptor.full_name().strip_prefix("google.protobuf.")?;
        let mut message = DynamicMessage::new(descriptor.clone());
        let drawn = match name {
            "Timestamp" => self.timestamp(&mut message),
            "Duration" => self.duration(&mut message),
            "FieldMask" => self.field_mask(&mut message),
            "Any" => self.any(&mut message),
            "Value" | "Struct" | "ListValue" => self.json(&mut message),
            // Compilers disagree about the numbers of one message and about an option of the other.
            "FeatureSet" | "FileOptions" => Ok(()),
            _ => return None,
        };
        Some(drawn.map(|()| message))
    }

    fn timestamp(&mut self, message: &mut DynamicMessage) -> Result<()> {
        let right = ((*self.pick(SECONDS)?).min(self.latest), *self.pick(NANOS)?);
        self.moment(message, right)
    }

    fn duration(&mut self, message: &mut DynamicMessage) -> Result<()> {
        let (seconds, nanos) = (*self.pick(SPANS)?, *self.pick(NANOS)?);
        let nanos = if seconds.abs() == SPANS[3] { 0 } else { nanos };
        let is_negative = if seconds == 0 { self.bytes.arbitrary()? } else { seconds < 0 };
        self.moment(message, (seconds, if is_negative { -nanos } else { nanos }))
    }

    /// Sets seconds and nanoseconds, to invalid ones if the message is to be invalid.
    fn moment(&mut self, message: &mut DynamicMessage, right: (i64, i32)) -> Result<()> {
        let (seconds, nanos) = if self.breaks_here()? { *self.pick(WRONG)? } else { right };
        message.set_field_by_name("seconds", Value::I64(seconds));
        message.set_field_by_name("nanos", Value::I32(nanos));
        Ok(())
    }

    fn field_mask(&mut self, message: &mut DynamicMessage) -> Result<()> {
        let count = self.bytes.int_in_range(0..=2)?;
        let paths: Result<Vec<_>> =
            (0..count).map(|_| self.pick(PATHS).map(|path| Value::String((*path).to_owned()))).collect();
        message.set_field_by_name("paths", Value::List(paths?));
        Ok(())
    }

    fn any(&mut self, message: &mut DynamicMessage) -> Result<()> {
        let choices: Vec<_> = std::iter::once(None).chain(self.packed.iter().map(Some)).collect();
        let Some(descriptor) = *self.pick(&choices)? else { return Ok(()) };
        let breaks = std::mem::take(&mut self.breaks); // its fields are not validated
        let packed = self.message(descriptor);
        self.breaks = breaks;
        let url = format!("type.googleapis.com/{}", descriptor.full_name());
        message.set_field_by_name("type_url", Value::String(url));
        message.set_field_by_name("value", Value::Bytes(packed?.encode_to_vec().into()));
        Ok(())
    }

    /// Draws a `Value`, a `Struct` or a `ListValue` with at most one invalid number.
    fn json(&mut self, message: &mut DynamicMessage) -> Result<()> {
        let mut wrong = self.breaks_here()?;
        self.part(message, MAX_DEPTH, &mut wrong)
    }

    fn part(&mut self, message: &mut DynamicMessage, depth: usize, wrong: &mut bool) -> Result<()> {
        match message.descriptor().name() {
            "Struct" => self.object(message, depth, wrong),
            "ListValue" => self.list_value(message, depth, wrong),
            _ => self.kind(message, depth, wrong),
        }
    }

    fn object(&mut self, message: &mut DynamicMessage, depth: usize, wrong: &mut bool) -> Result<()> {
        let count = self.count(*wrong)?;
        let Some(field) = message.descriptor().get_field_by_name("fields") else { return Ok(()) };
        let Kind::Message(entry) = field.kind() else { return Ok(()) };
        let mut entries = std::collections::HashMap::new();
        for index in 0..count {
            let Kind::Message(value) = entry.map_entry_value_field().kind() else { return Ok(()) };
            let mut value = DynamicMessage::new(value);
            self.part(&mut value, depth, wrong)?;
            entries.insert(MapKey::String(format!("key {index}")), Value::Message(value));
        }
        message.set_field(&field, Value::Map(entries));
        Ok(())
    }

    fn list_value(&mut self, message: &mut DynamicMessage, depth: usize, wrong: &mut bool) -> Result<()> {
        let count = self.count(*wrong)?;
        let Some(field) = message.descriptor().get_field_by_name("values") else { return Ok(()) };
        let Kind::Message(item) = field.kind() else { return Ok(()) };
        let mut items = Vec::new();
        for _ in 0..count {
            let mut value = DynamicMessage::new(item.clone());
            self.part(&mut value, depth, wrong)?;
            items.push(Value::Message(value));
        }
        message.set_field(&field, Value::List(items));
        Ok(())
    }

    fn count(&mut self, is_needed: bool) -> Result<usize> {
        self.bytes.int_in_range(usize::from(is_needed)..=2)
    }

    /// Draws one of the kinds of a `Value`: NaN if it is to be invalid.
    fn kind(&mut self, message: &mut DynamicMessage, depth: usize, wrong: &mut bool) -> Result<()> {
        if std::mem::take(wrong) {
            let number = *self.pick(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY])?;
            message.set_field_by_name("number_value", Value::F64(number));
            return Ok(());
        }
        let kinds = ["null_value", "bool_value", "number_value", "string_value", "list_value", "struct_value"];
        let kind = *self.pick(if depth == 0 { &kinds[..4] } else { &kinds })?;
        let value = match kind {
            "null_value" => Value::EnumNumber(0),
            "bool_value" => Value::Bool(self.bytes.arbitrary()?),
            "number_value" => Value::F64(*self.pick(NUMBERS)?),
            "string_value" => Value::String(self.text()?),
            _ => {
                let field = message.descriptor().get_field_by_name(kind).map(|field| field.kind());
                let Some(Kind::Message(inner)) = field else { return Ok(()) };
                let mut inner = DynamicMessage::new(inner);
                self.part(&mut inner, depth - 1, wrong)?;
                Value::Message(inner)
            }
        };
        message.set_field_by_name(kind, value);
        Ok(())
    }

    /// Whether to make this value invalid. Records its path.
    fn breaks_here(&mut self) -> Result<bool> {
        let is_broken = self.is_broken()?;
        if is_broken {
            self.wrong.push(self.path.join("."));
        }
        Ok(is_broken)
    }
}
