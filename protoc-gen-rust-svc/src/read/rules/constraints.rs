//! The rules of `buf.validate` that a JSON schema can state.

#![expect(missing_docs, reason = "they are named as in buf/validate/validate.proto")]

use prost::{Message, bytes::Bytes};

/// `buf.validate.FieldRules`.
#[derive(Clone, PartialEq, Message)]
pub struct FieldRules {
    #[prost(message, optional, tag = "1")]
    pub float: Option<FloatRules>,
    #[prost(message, optional, tag = "2")]
    pub double: Option<DoubleRules>,
    #[prost(message, optional, tag = "3")]
    pub int32: Option<Int32Rules>,
    #[prost(message, optional, tag = "5")]
    pub uint32: Option<Uint32Rules>,
    #[prost(message, optional, tag = "7")]
    pub sint32: Option<Sint32Rules>,
    #[prost(message, optional, tag = "9")]
    pub fixed32: Option<Fixed32Rules>,
    #[prost(message, optional, tag = "11")]
    pub sfixed32: Option<Sfixed32Rules>,
    #[prost(message, optional, tag = "14")]
    pub string: Option<StringRules>,
    #[prost(message, optional, tag = "16")]
    pub enumeration: Option<EnumRules>,
    #[prost(message, optional, boxed, tag = "18")]
    pub repeated: Option<Box<RepeatedRules>>,
    #[prost(message, optional, boxed, tag = "19")]
    pub map: Option<Box<MapRules>>,
    #[prost(bool, tag = "25")]
    pub required: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct StringRules {
    #[prost(string, optional, tag = "1")]
    pub constant: Option<String>,
    #[prost(uint64, optional, tag = "2")]
    pub min_len: Option<u64>,
    #[prost(uint64, optional, tag = "3")]
    pub max_len: Option<u64>,
    #[prost(string, optional, tag = "6")]
    pub pattern: Option<String>,
    #[prost(string, repeated, tag = "10")]
    pub one_of: Vec<String>,
    #[prost(bool, tag = "12")]
    pub email: bool,
    #[prost(bool, tag = "13")]
    pub hostname: bool,
    #[prost(bool, tag = "15")]
    pub ipv4: bool,
    #[prost(bool, tag = "16")]
    pub ipv6: bool,
    #[prost(bool, tag = "17")]
    pub uri: bool,
    #[prost(bool, tag = "18")]
    pub uri_ref: bool,
    #[prost(uint64, optional, tag = "19")]
    pub exact_len: Option<u64>,
    #[prost(bool, tag = "22")]
    pub uuid: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct EnumRules {
    #[prost(int32, optional, tag = "1")]
    pub constant: Option<i32>,
    #[prost(int32, repeated, tag = "3")]
    pub one_of: Vec<i32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct RepeatedRules {
    #[prost(uint64, optional, tag = "1")]
    pub min_items: Option<u64>,
    #[prost(uint64, optional, tag = "2")]
    pub max_items: Option<u64>,
    #[prost(bool, tag = "3")]
    pub unique: bool,
    #[prost(message, optional, boxed, tag = "4")]
    pub items: Option<Box<FieldRules>>,
}

#[derive(Clone, PartialEq, Message)]
pub struct MapRules {
    #[prost(uint64, optional, tag = "1")]
    pub min_pairs: Option<u64>,
    #[prost(uint64, optional, tag = "2")]
    pub max_pairs: Option<u64>,
    #[prost(message, optional, boxed, tag = "5")]
    pub values: Option<Box<FieldRules>>,
}

/// The rules of a number of any type that is a number in JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberRules {
    pub constant: Option<f64>,
    pub lt: Option<f64>,
    pub lte: Option<f64>,
    pub gt: Option<f64>,
    pub gte: Option<f64>,
    pub one_of: Vec<f64>,
}

macro_rules! numbers {
    ($($name:ident $kind:ident $number:ty;)*) => {$(
        #[derive(Clone, PartialEq, Message)]
        pub struct $name {
            #[prost($kind, optional, tag = "1")]
            constant: Option<$number>,
            #[prost($kind, optional, tag = "2")]
            lt: Option<$number>,
            #[prost($kind, optional, tag = "3")]
            lte: Option<$number>,
            #[prost($kind, optional, tag = "4")]
            gt: Option<$number>,
            #[prost($kind, optional, tag = "5")]
            gte: Option<$number>,
            #[prost($kind, repeated, tag = "6")]
            one_of: Vec<$number>,
        }

        impl From<$name> for NumberRules {
            fn from(rules: $name) -> Self {
                let number = |number: Option<$number>| number.map(f64::from);
                Self {
                    constant: number(rules.constant),
                    lt: number(rules.lt),
                    lte: number(rules.lte),
                    gt: number(rules.gt),
                    gte: number(rules.gte),
                    one_of: rules.one_of.into_iter().map(f64::from).collect(),
                }
            }
        }
    )*};
}

numbers! {
    FloatRules float f32;
    DoubleRules double f64;
    Int32Rules int32 i32;
    Uint32Rules uint32 u32;
    Sint32Rules sint32 i32;
    Fixed32Rules fixed32 u32;
    Sfixed32Rules sfixed32 i32;
}

impl FieldRules {
    /// Merges and decodes the parts of an option. Malformed rules are ignored.
    pub fn of(parts: &[Bytes]) -> Self {
        Self::decode(&*parts.concat()).unwrap_or_default()
    }

    /// The rules of a number.
    pub fn number(&self) -> Option<NumberRules> {
        let Self { float, double, int32, uint32, sint32, fixed32, sfixed32, .. } = self.clone();
        let integer = int32.map(Into::into).or(uint32.map(Into::into)).or(sint32.map(Into::into));
        let integer = integer.or(fixed32.map(Into::into)).or(sfixed32.map(Into::into));
        integer.or(float.map(Into::into)).or(double.map(Into::into))
    }
}
