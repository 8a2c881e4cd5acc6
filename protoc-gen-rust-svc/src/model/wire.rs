//! The wire format of fields, and reserved numbers.

use std::ops::RangeInclusive;

/// How a value travels (the wire types of protobuf, and how numbers are put into them).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A number of as many bytes as it needs.
    Varint,
    /// A varint with the sign in the lowest bit.
    ZigZag,
    /// Four bytes.
    Fixed32,
    /// Eight bytes.
    Fixed64,
    /// A length, and as many bytes.
    Delimited,
    /// Between two marks.
    Group,
}

/// Numbers and names that are kept from being used again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reserved {
    /// The numbers.
    pub numbers: Vec<RangeInclusive<i32>>,
    /// The names in the `.proto`.
    pub names: Vec<String>,
}

impl Reserved {
    /// Whether a number is kept from being used.
    pub fn has_number(&self, number: i32) -> bool {
        self.numbers.iter().any(|range| range.contains(&number))
    }

    /// Whether a name is kept from being used.
    pub fn has_name(&self, name: &str) -> bool {
        self.names.iter().any(|reserved| reserved == name)
    }
}
