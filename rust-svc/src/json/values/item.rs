//! Values of lists and maps.

use crate::json::{
    error::{JsonError, JsonResult},
    message::JsonValue,
    read::{Decoder, ValueSource},
};

/// Reads a value of a list or a map, which cannot be absent.
pub(super) fn not_null<K, T: JsonValue<K>>(decoder: &mut Decoder<'_>) -> JsonResult<Option<T>> {
    let mut source = ValueSource::json(decoder);
    if !source.take_null()? {
        return T::read(source);
    }
    T::null().map(Some).ok_or_else(|| JsonError::value("must not be null"))
}
