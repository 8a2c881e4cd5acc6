//! Repeated fields.

use super::item::not_null;
use crate::json::{
    error::{JsonError, JsonResult},
    message::{JsonValue, Slot},
    print::Writer,
    read::{Decoder, ValueSource},
};

impl<K, T: JsonValue<K>> Slot<K> for Vec<T> {
    fn is_unset(&self) -> bool {
        self.is_empty()
    }

    fn print(&self, out: &mut Writer) {
        out.array(self, |out, value| value.write(out));
    }

    fn fill(&mut self, mut source: ValueSource<'_, '_>) -> JsonResult {
        if source.is_empty_message() || source.take_null()? {
            return Ok(());
        }
        if source.nodes.iter().any(|node| !node.children().is_empty()) {
            return Err(JsonError::value("is a list: the fields of its items cannot be set one by one"));
        }
        if source.is_json {
            let decoder = &mut *source.decoder;
            decoder.as_a_whole(|decoder| items(self, decoder))?;
        }
        for (index, text) in source.texts.into_iter().enumerate() {
            self.extend(
                T::read(ValueSource::text(text, source.decoder))
                    .map_err(|error| error.within(format_args!("[{index}]")))?,
            );
        }
        Ok(())
    }
}

fn items<K, T: JsonValue<K>>(list: &mut Vec<T>, decoder: &mut Decoder<'_>) -> JsonResult {
    decoder.open_array()?;
    let mut first = true;
    for index in 0.. {
        if !decoder.tokens.item(&mut first)? {
            break;
        }
        let capacity = if list.is_empty() { 4 } else { 2 };
        decoder.tokens.charge(capacity * size_of::<T>())?;
        let item = not_null(decoder).map_err(|error| error.within(format_args!("[{index}]")))?;
        list.extend(item);
    }
    Ok(())
}
