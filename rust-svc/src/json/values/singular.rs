//! Fields of one value, with and without presence.

use bytes::Bytes;

use crate::json::{
    error::JsonResult,
    message::{EnumOf, JsonEnum, JsonMessage, JsonValue, Null, Plain, Slot},
    print::Writer,
    read::ValueSource,
};

/// A field that holds its value itself, and is unset while `$is_unset` of it.
macro_rules! bare {
    ($kind:ty, $is_unset:expr) => {
        fn is_unset(&self) -> bool {
            let is_unset: fn(&Self) -> bool = $is_unset;
            is_unset(self)
        }

        fn print(&self, out: &mut Writer) {
            JsonValue::<$kind>::write(self, out);
        }

        fn fill(&mut self, source: ValueSource<'_, '_>) -> JsonResult {
            fill_bare::<$kind, Self>(self, source)
        }
    };
}

macro_rules! implicit_presence {
    ($($value:ty),*) => {$(
        impl Slot for $value {
            bare!(Plain, |it| *it == Self::default());
        }
    )*};
}

implicit_presence!(bool, i32, u32, i64, u64);

macro_rules! texts_and_bytes {
    ($($value:ty),*) => {$(
        impl Slot for $value {
            bare!(Plain, |it| it.is_empty());

            fn as_bytes(&self) -> Option<&[u8]> {
                Some(self.as_ref())
            }
        }
    )*};
}

texts_and_bytes!(String, Vec<u8>, Bytes);

/// A negative zero is set.
impl Slot for f32 {
    bare!(Plain, |it| it.to_bits() == 0);
}

/// A negative zero is set.
impl Slot for f64 {
    bare!(Plain, |it| it.to_bits() == 0);
}

impl<E: JsonEnum> Slot<EnumOf<E>> for i32 {
    bare!(EnumOf<E>, |it| *it == 0);
}

impl Slot<Null> for i32 {
    bare!(Null, |_| true);
}

/// A field that is required, as proto2 has them.
impl<M: JsonMessage> Slot for M {
    bare!(Plain, |_| false);
}

macro_rules! required {
    ($($message:ident),*) => {$(
        impl Slot for prost_types::$message {
            bare!(Plain, |_| false);
        }
    )*};
}

required!(Any, Timestamp, Duration, FieldMask, Struct, Value, ListValue);

fn fill_bare<K, T: JsonValue<K>>(slot: &mut T, source: ValueSource<'_, '_>) -> JsonResult {
    let value = source.read_or_null::<K, T>()?;
    if let Some(value) = value {
        *slot = value;
    }
    Ok(())
}

impl<K, T: JsonValue<K>> Slot<K> for Option<T> {
    const MESSAGE_NAME: &'static str = T::MESSAGE_NAME;
    const HAS_DEFAULT: bool = T::IS_MESSAGE && !T::HAS_NULL;

    fn is_unset(&self) -> bool {
        self.is_none()
    }

    fn print(&self, out: &mut Writer) {
        match self {
            Some(value) => value.write(out),
            None => out.raw("null"),
        }
    }

    fn fill(&mut self, source: ValueSource<'_, '_>) -> JsonResult {
        *self = source.read_or_null()?;
        Ok(())
    }
}
