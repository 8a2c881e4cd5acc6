//! Responses as JSON.

use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage, SerializeOptions, Value};
use rust_svc::{
    Error, Result,
    gateway::{JsonResponse, MessageFields, ResponseField},
};
use serde_json::Value as Json;

use super::fields::{DescriptorFields, message_of};
use crate::contract::Dynamic;

const HTTP_BODY: &str = "google.api.HttpBody";

/// Converts a response.
pub(super) fn print(response: &Dynamic, fields: &'static DescriptorFields) -> Result<JsonResponse> {
    let whole = to_json(&response.0, true)?;
    let all = to_json(&response.0, false)?;
    let field = |field: FieldDescriptor| response_field(&response.0, &field, fields.field(field.name())?, &all);
    let fields = response.0.descriptor().fields().filter_map(field).collect();
    Ok(JsonResponse { json: whole.to_string(), fields })
}

fn response_field(
    message: &DynamicMessage,
    field: &FieldDescriptor,
    name: &'static str,
    all: &Json,
) -> Option<ResponseField> {
    let json = all.get(field.json_name()).unwrap_or(&Json::Null).to_string();
    let value = message.get_field(field);
    let bytes = bytes(&value).filter(|_| !field.supports_presence() || message.has_field(field));
    let is_body = message_of(field).is_some_and(|message| message.full_name() == HTTP_BODY);
    let fields = value.as_message().filter(|_| is_body).map(body_fields).unwrap_or_default();
    Some(ResponseField { name, json, bytes, fields })
}

/// Returns the content type and the bytes of a `google.api.HttpBody`.
fn body_fields(body: &DynamicMessage) -> Vec<ResponseField> {
    let field = |name: &'static str| ResponseField {
        name,
        json: "null".to_owned(),
        bytes: body.get_field_by_name(name).and_then(|value| bytes(&value)),
        fields: Vec::new(),
    };
    vec![field("content_type"), field("data")]
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => Some(text.clone().into_bytes()),
        Value::Bytes(bytes) => Some(bytes.to_vec()),
        _ => None,
    }
}

fn to_json(message: &DynamicMessage, skips_defaults: bool) -> Result<Json> {
    let options = SerializeOptions::new().skip_default_fields(skips_defaults);
    let json = message.serialize_with_options(serde_json::value::Serializer, &options);
    json.map_err(|error| Error::internal(format!("the scripted response: {error}")))
}
