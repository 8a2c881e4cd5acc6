//! Messages, as objects of their fields.

use crate::json::{
    error::JsonResult,
    message::{JsonMessage, JsonValue},
    print::Writer,
    read::{FieldReader, ValueSource, field_name},
};

impl<M: JsonMessage> JsonMessage for Box<M> {
    const NAME: &'static str = M::NAME;

    fn write(&self, out: &mut Writer) {
        M::write(self, out);
    }

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        M::read(self, name, field)
    }
}

impl<M: JsonMessage> JsonValue for M {
    const MESSAGE_NAME: &'static str = M::NAME;
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        out.message(self);
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        source.fields().map(Some)
    }

    fn write_fields(&self, out: &mut Writer) {
        JsonMessage::write(self, out);
    }

    fn read_field(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        JsonMessage::read(self, name, field)
    }

    fn may_have_key(key: &str) -> bool {
        field_name::<M>(key).is_some()
    }
}
