//! Values of single fields: usual ones and edge cases.

use arbitrary::Result;
use prost_reflect::{EnumDescriptor, Kind, MapKey, Value};

use crate::roundtrip::draw::Draw;

/// A NaN with a payload.
const SPECIAL_NAN: u64 = 0x7ff8_0000_0000_1234;

const TEXTS: &[&str] =
    &["", "a", "tea", "\u{e9}t\u{e9} \u{1f375}", "\"quoted\\\"\n\t\u{0}", "</script>\u{2028}", "null"];
const BYTES: &[&[u8]] = &[b"", b"a", &[0], &[0xff, 0xfe, 0xfd], &[0xfb, 0xef, 0xff, 0x3e]];
const DOUBLES: &[f64] = &[
    0.0,
    1.0,
    -0.0,
    0.1,
    1e23,
    f64::MAX,
    f64::MIN_POSITIVE / 2.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    f64::from_bits(SPECIAL_NAN),
];
const FLOATS: &[f32] = &[0.0, 1.0, -0.0, 0.1, 16_777_216.0, f32::MAX, f32::MIN_POSITIVE / 2.0, f32::INFINITY, f32::NAN];

impl Draw<'_, '_> {
    /// Draws a value that is not a message.
    pub(crate) fn scalar(&mut self, kind: &Kind) -> Result<Value> {
        Ok(match kind {
            Kind::Double => Value::F64(*self.pick(DOUBLES)?),
            Kind::Float => Value::F32(*self.pick(FLOATS)?),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                let any = self.bytes.arbitrary()?;
                Value::I32(*self.pick(&[0, 1, -1, i32::MAX, i32::MIN, any])?)
            }
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                let any = self.bytes.arbitrary()?;
                Value::I64(*self.pick(&[0, 1, -1, i64::MAX, i64::MIN, (1 << 53) + 1, any])?)
            }
            Kind::Uint32 | Kind::Fixed32 => {
                let any = self.bytes.arbitrary()?;
                Value::U32(*self.pick(&[0, 1, u32::MAX, any])?)
            }
            Kind::Uint64 | Kind::Fixed64 => {
                let any = self.bytes.arbitrary()?;
                Value::U64(*self.pick(&[0, 1, u64::MAX, (1 << 53) + 1, any])?)
            }
            Kind::Bool => Value::Bool(self.bytes.arbitrary()?),
            Kind::String => Value::String(self.text()?),
            Kind::Bytes => Value::Bytes(self.pick(BYTES)?.to_vec().into()),
            Kind::Enum(item) => Value::EnumNumber(self.number(item)?),
            Kind::Message(_) => unreachable!("a message is no scalar"),
        })
    }

    /// A text.
    pub(crate) fn text(&mut self) -> Result<String> {
        self.pick(TEXTS).map(|text| (*text).to_owned())
    }

    /// A key of a map.
    pub(crate) fn key(&mut self, kind: &Kind) -> Result<MapKey> {
        self.scalar(kind).map(|value| value.into_map_key().expect("a compiler accepts no other keys"))
    }

    /// Draws a number of an enum. It has a name, unless unknown numbers are kept.
    fn number(&mut self, item: &EnumDescriptor) -> Result<i32> {
        let known: Vec<_> = item.values().map(|value| value.number()).collect();
        let is_known = !self.contracts.is_open(item) || item.full_name() == "google.protobuf.NullValue";
        if is_known || self.bytes.ratio(4, 5)? { self.pick(&known).copied() } else { self.pick(&[-1, 4711]).copied() }
    }
}
