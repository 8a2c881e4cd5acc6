//! `google.protobuf.Empty` and the messages of `google.rpc`.

use crate::{
    json::{error::JsonResult, message::JsonMessage, print::Writer, read::FieldReader},
    types::rpc,
};

/// `google.protobuf.Empty`.
impl JsonMessage for () {
    const NAME: &'static str = "google.protobuf.Empty";

    fn write(&self, _: &mut Writer) {}

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        field.unknown(name)
    }
}

/// Clients of HTTP expect all three fields, so they are printed whatever their values.
impl JsonMessage for rpc::Status {
    const NAME: &'static str = "google.rpc.Status";

    fn write(&self, out: &mut Writer) {
        out.always("code", "code", &self.code);
        out.always("message", "message", &self.message);
        out.always("details", "details", &self.details);
    }

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        match name {
            "code" => field.read("code", &mut self.code),
            "message" => field.read("message", &mut self.message),
            "details" => field.read("details", &mut self.details),
            _ => field.unknown(name),
        }
    }
}

impl JsonMessage for rpc::BadRequest {
    const NAME: &'static str = "google.rpc.BadRequest";

    fn write(&self, out: &mut Writer) {
        out.field("field_violations", "fieldViolations", &self.field_violations);
    }

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        match name {
            "field_violations" | "fieldViolations" => field.read("field_violations", &mut self.field_violations),
            _ => field.unknown(name),
        }
    }
}

impl JsonMessage for rpc::FieldViolation {
    const NAME: &'static str = "google.rpc.BadRequest.FieldViolation";

    fn write(&self, out: &mut Writer) {
        out.field("field", "field", &self.field);
        out.field("description", "description", &self.description);
        out.field("reason", "reason", &self.reason);
    }

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        match name {
            "field" => field.read("field", &mut self.field),
            "description" => field.read("description", &mut self.description),
            "reason" => field.read("reason", &mut self.reason),
            _ => field.unknown(name),
        }
    }
}

impl JsonMessage for rpc::RetryInfo {
    const NAME: &'static str = "google.rpc.RetryInfo";

    fn write(&self, out: &mut Writer) {
        out.field("retry_delay", "retryDelay", &self.retry_delay);
    }

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        match name {
            "retry_delay" | "retryDelay" => field.read("retry_delay", &mut self.retry_delay),
            _ => field.unknown(name),
        }
    }
}

impl JsonMessage for rpc::ErrorInfo {
    const NAME: &'static str = "google.rpc.ErrorInfo";

    fn write(&self, out: &mut Writer) {
        out.field("reason", "reason", &self.reason);
        out.field("domain", "domain", &self.domain);
        out.field("metadata", "metadata", &self.metadata);
    }

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        match name {
            "reason" => field.read("reason", &mut self.reason),
            "domain" => field.read("domain", &mut self.domain),
            "metadata" => field.read("metadata", &mut self.metadata),
            _ => field.unknown(name),
        }
    }
}
