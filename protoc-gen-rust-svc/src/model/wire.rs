//! The wire format of fields, and reserved numbers.

use std::ops::RangeInclusive;

/// The wire encoding of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A varint.
    Varint,
    /// A zigzag varint.
    ZigZag,
    /// Four bytes.
    Fixed32,
    /// Eight bytes.
    Fixed64,
    /// A length and that many bytes.
    Delimited,
    /// A group between two tags.
    Group,
}

/// Reserved numbers and names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reserved {
    /// The numbers.
    pub numbers: Vec<RangeInclusive<i32>>,
    /// The names in the `.proto`.
    pub names: Vec<String>,
}

impl Reserved {
    /// Whether a number is reserved.
    pub fn has_number(&self, number: i32) -> bool {
        self.numbers.iter().any(|range| range.contains(&number))
    }

    /// Whether a name is reserved.
    pub fn has_name(&self, name: &str) -> bool {
        self.names.iter().any(|reserved| reserved == name)
    }
}
