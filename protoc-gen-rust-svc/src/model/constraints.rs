//! Rules of `buf.validate` that a JSON schema can state.

/// The rules of a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Constraints {
    /// The field must be present and not empty.
    pub required: bool,
    /// The range of a number of at most 32 bits.
    pub range: Range,
    /// The smallest and the largest number of characters.
    pub length: (Option<u64>, Option<u64>),
    /// A regular expression in the syntax of RE2.
    pub pattern: Option<String>,
    /// A format of JSON schemas.
    pub format: Option<&'static str>,
    /// The allowed values; empty for any.
    pub values: Vec<Constant>,
    /// The smallest and the largest number of items or pairs.
    pub count: (Option<u64>, Option<u64>),
    /// No two items are equal.
    pub unique: bool,
    /// The rules of the items of a list or the values of a map.
    pub items: Option<Box<Self>>,
}

/// The range of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range {
    /// At least this.
    pub min: Option<f64>,
    /// More than this.
    pub above: Option<f64>,
    /// At most this.
    pub max: Option<f64>,
    /// Less than this.
    pub below: Option<f64>,
}

/// An allowed value.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// A number, or the number of an enum's value.
    Number(f64),
    /// A text.
    Text(String),
}
