//! How JSON is printed and read.

use super::TypeRegistry;

/// How messages are printed. All of it may be chosen while the program runs.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PrintOptions {
    /// Print fields without presence that hold their default value, empty lists and maps, and `null` for messages that
    /// are not set.
    pub defaults: bool,
    /// Print enums as their numbers, not as their names.
    pub enum_numbers: bool,
    /// Print fields by their names in the `.proto`, such as `product_id`, not as `productId`.
    pub proto_names: bool,
    /// Print integers of 64 bits as numbers, which many readers round, not as strings.
    pub int64_numbers: bool,
    /// The types that may be packed in a `google.protobuf.Any`.
    pub types: TypeRegistry,
}

/// How JSON is read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ParseOptions {
    /// Ignore fields that the message does not have and enum names that the enum does not have, in place of refusing
    /// them.
    pub ignore_unknown: bool,
    /// How deeply objects and arrays may be nested; 100 unless set.
    pub max_depth: usize,
    /// The types that may be packed in a `google.protobuf.Any`.
    pub types: TypeRegistry,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self { ignore_unknown: false, max_depth: Self::MAX_DEPTH, types: TypeRegistry::default() }
    }
}

impl ParseOptions {
    /// The depth that all implementations of protobuf read.
    pub const MAX_DEPTH: usize = 100;
}
