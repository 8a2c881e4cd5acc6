//! Responses whose type is known only at run time.

use crate::json::{JsonResult, JsonValue, Slot, ValueSource, Writer};

/// A response as JSON.
#[derive(Clone, Debug, Default)]
pub struct JsonResponse {
    /// The whole response.
    pub json: String,
    /// Its fields, for routes whose response is one of them, or that name them.
    pub fields: Vec<ResponseField>,
}

/// A field of a response as JSON.
#[derive(Clone, Debug, Default)]
pub struct ResponseField {
    /// The proto name.
    pub name: &'static str,
    /// The JSON of the value.
    pub json: String,
    /// The value of a text or of bytes.
    pub bytes: Option<Vec<u8>>,
    /// The fields of a `google.api.HttpBody`.
    pub fields: Vec<ResponseField>,
}

impl JsonValue for JsonResponse {
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        out.raw(&self.json);
    }

    fn read(_: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        Ok(None)
    }

    fn write_fields(&self, out: &mut Writer) {
        self.fields.iter().for_each(|field| out.field(field.name, field.name, field));
    }
}

impl Slot for ResponseField {
    fn is_unset(&self) -> bool {
        false
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        self.bytes.as_deref()
    }

    fn print(&self, out: &mut Writer) {
        match self.fields.is_empty() {
            true => out.raw(&self.json),
            false => out.object(|out| self.fields.iter().for_each(|field| out.field(field.name, field.name, field))),
        }
    }

    fn fill(&mut self, _: ValueSource<'_, '_>) -> JsonResult {
        Ok(())
    }
}
