//! The JSON of the standard details of errors that the runtime itself does not use.

use crate::{
    json::{error::JsonResult, message::JsonMessage, print::Writer, read::FieldReader},
    types::rpc::{PreconditionFailure, PreconditionViolation, ResourceInfo},
};

/// `google.rpc.QuotaFailure`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct QuotaFailure {
    #[prost(message, repeated, tag = "1")]
    violations: Vec<QuotaViolation>,
}

/// `google.rpc.QuotaFailure.Violation`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct QuotaViolation {
    #[prost(string, tag = "1")]
    subject: String,
    #[prost(string, tag = "2")]
    description: String,
    #[prost(string, tag = "3")]
    api_service: String,
    #[prost(string, tag = "4")]
    quota_metric: String,
    #[prost(string, tag = "5")]
    quota_id: String,
}

/// `google.rpc.RequestInfo`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct RequestInfo {
    #[prost(string, tag = "1")]
    request_id: String,
    #[prost(string, tag = "2")]
    serving_data: String,
}

/// `google.rpc.Help`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Help {
    #[prost(message, repeated, tag = "1")]
    links: Vec<HelpLink>,
}

/// `google.rpc.Help.Link`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct HelpLink {
    #[prost(string, tag = "1")]
    description: String,
    #[prost(string, tag = "2")]
    url: String,
}

/// `google.rpc.LocalizedMessage`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct LocalizedMessage {
    #[prost(string, tag = "1")]
    locale: String,
    #[prost(string, tag = "2")]
    message: String,
}

/// Implements the JSON of a message by the names of its fields.
macro_rules! json {
    ($full_name:literal, $message:ident: $($field:ident = $name:literal | $json_name:literal),*) => {
        impl JsonMessage for $message {
            const NAME: &'static str = $full_name;

            fn write(&self, out: &mut Writer) {
                $(out.field($name, $json_name, &self.$field);)*
            }

            fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
                match name {
                    $(name if name == $name || name == $json_name => field.read($name, &mut self.$field),)*
                    _ => field.unknown(name),
                }
            }
        }
    };
}

json!("google.rpc.QuotaFailure", QuotaFailure: violations = "violations" | "violations");
json!("google.rpc.QuotaFailure.Violation", QuotaViolation: subject = "subject" | "subject", description = "description" | "description", api_service = "api_service" | "apiService", quota_metric = "quota_metric" | "quotaMetric", quota_id = "quota_id" | "quotaId");
json!("google.rpc.PreconditionFailure", PreconditionFailure: violations = "violations" | "violations");
json!("google.rpc.PreconditionFailure.Violation", PreconditionViolation: kind = "type" | "type", subject = "subject" | "subject", description = "description" | "description");
json!("google.rpc.RequestInfo", RequestInfo: request_id = "request_id" | "requestId", serving_data = "serving_data" | "servingData");
json!("google.rpc.ResourceInfo", ResourceInfo: resource_type = "resource_type" | "resourceType", resource_name = "resource_name" | "resourceName", owner = "owner" | "owner", description = "description" | "description");
json!("google.rpc.Help", Help: links = "links" | "links");
json!("google.rpc.Help.Link", HelpLink: description = "description" | "description", url = "url" | "url");
json!("google.rpc.LocalizedMessage", LocalizedMessage: locale = "locale" | "locale", message = "message" | "message");
