//! Points in time and durations.

use prost_types::{Duration, Timestamp};

use crate::{
    Message as _, Violations,
    json::{
        error::{JsonError, JsonResult},
        message::JsonValue,
        print::Writer,
        read::{FieldReader, ValueSource},
    },
};

impl JsonValue for Timestamp {
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        match crate::Timestamp::read(*self, &mut Violations::default()) {
            Some(time) => out.quoted(time),
            None => out.fail("is a timestamp out of the years 1 to 9999"),
        }
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        let refused = || JsonError::value("must be a time of the years 1 to 9999 as in 2026-02-28T09:30:00Z");
        let parse = |text: &str| text.parse::<crate::Timestamp>().map_err(|_| refused());
        source.string(|text| parse(text).map(crate::Message::into_wire)).map(Some)
    }

    fn write_fields(&self, out: &mut Writer) {
        write_nanos(self.seconds, self.nanos, out);
    }

    fn read_field(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        read_nanos(name, field, &mut self.seconds, &mut self.nanos)?;
        let time = crate::Timestamp::read(*self, &mut Violations::default());
        time.map(drop).ok_or_else(|| JsonError::value("makes no time of the years 1 to 9999").within(name))
    }
}

impl JsonValue for Duration {
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        match crate::SignedDuration::new(self.seconds, self.nanos) {
            Some(duration) => out.quoted(duration),
            None => out.fail("is a duration of more than 10,000 years"),
        }
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        let refused = || JsonError::value("must be a duration of at most 10,000 years in seconds, as in 1.5s");
        let parse = |text: &str| text.parse::<crate::SignedDuration>().map_err(|_| refused());
        source.string(|text| parse(text).map(crate::Message::into_wire)).map(Some)
    }

    fn write_fields(&self, out: &mut Writer) {
        write_nanos(self.seconds, self.nanos, out);
    }

    fn read_field(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        read_nanos(name, field, &mut self.seconds, &mut self.nanos)?;
        let duration = crate::SignedDuration::new(self.seconds, self.nanos);
        let refused = || JsonError::value("makes no duration of one sign and at most 10,000 years").within(name);
        duration.map(drop).ok_or_else(refused)
    }
}

/// The fields of a time or a duration.
fn write_nanos(seconds: i64, nanos: i32, out: &mut Writer) {
    out.field("seconds", "seconds", &seconds);
    out.field("nanos", "nanos", &nanos);
}

fn read_nanos(name: &str, field: FieldReader<'_, '_>, seconds: &mut i64, nanos: &mut i32) -> JsonResult {
    match name {
        "seconds" => field.read("seconds", seconds),
        "nanos" => field.read("nanos", nanos),
        _ => field.unknown(name),
    }
}
