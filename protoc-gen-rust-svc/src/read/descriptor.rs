//! The parts of `descriptor.proto` and `plugin.proto` that the generator reads, with custom options as fields.
//!
//! `prost-types` drops unknown options, such as `google.api.http`, and does not support editions.

#![expect(missing_docs, reason = "they are named and explained in descriptor.proto")]

use std::collections::BTreeMap;

use prost::{Message, Oneof};

use super::call_policy::CallPolicy;

/// A request of protoc or buf.
#[derive(Clone, PartialEq, Message)]
pub struct CodeGeneratorRequest {
    #[prost(string, repeated, tag = "1")]
    pub file_to_generate: Vec<String>,
    #[prost(string, optional, tag = "2")]
    pub parameter: Option<String>,
    /// The version of protoc; buf sends none.
    #[prost(message, optional, tag = "3")]
    pub compiler_version: Option<CompilerVersion>,
    /// The encoded files, which are decoded twice.
    #[prost(bytes = "bytes", repeated, tag = "15")]
    pub proto_file: Vec<prost::bytes::Bytes>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct CompilerVersion {
    #[prost(int32, tag = "1")]
    pub major: i32,
}

/// A response to protoc or buf.
#[derive(Clone, PartialEq, Message)]
pub struct CodeGeneratorResponse {
    #[prost(string, optional, tag = "1")]
    pub error: Option<String>,
    #[prost(uint64, optional, tag = "2")]
    pub supported_features: Option<u64>,
    #[prost(int32, optional, tag = "3")]
    pub minimum_edition: Option<i32>,
    #[prost(int32, optional, tag = "4")]
    pub maximum_edition: Option<i32>,
    #[prost(message, repeated, tag = "15")]
    pub file: Vec<ResponseFile>,
}

/// A file for protoc or buf to write.
#[derive(Clone, PartialEq, Message)]
pub struct ResponseFile {
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub insertion_point: Option<String>,
    #[prost(string, optional, tag = "15")]
    pub content: Option<String>,
}

/// A set of files.
#[derive(Clone, PartialEq, Message)]
pub struct FileDescriptorSet {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub file: Vec<prost::bytes::Bytes>,
}

#[derive(Clone, PartialEq, Message)]
pub struct FileDescriptor {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub package: String,
    #[prost(string, repeated, tag = "3")]
    pub dependency: Vec<String>,
    #[prost(message, repeated, tag = "4")]
    pub message_type: Vec<MessageDescriptor>,
    #[prost(message, repeated, tag = "5")]
    pub enum_type: Vec<EnumDescriptor>,
    #[prost(message, repeated, tag = "6")]
    pub service: Vec<ServiceDescriptor>,
    #[prost(message, repeated, tag = "7")]
    pub extension: Vec<FieldDescriptor>,
    #[prost(message, optional, tag = "8")]
    pub options: Option<FileOptions>,
    #[prost(message, optional, tag = "9")]
    pub source_code_info: Option<SourceCodeInfo>,
    #[prost(string, tag = "12")]
    pub syntax: String,
    #[prost(int32, tag = "14")]
    pub edition: i32,
}

#[derive(Clone, PartialEq, Message)]
pub struct FileOptions {
    #[prost(message, optional, tag = "50")]
    pub features: Option<FeatureSet>,
}

/// The features that an element sets; 0 if unset.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct FeatureSet {
    #[prost(int32, tag = "1")]
    pub field_presence: i32,
    #[prost(int32, tag = "2")]
    pub enum_type: i32,
    #[prost(int32, tag = "3")]
    pub repeated_field_encoding: i32,
    #[prost(int32, tag = "5")]
    pub message_encoding: i32,
    #[prost(int32, tag = "6")]
    pub json_format: i32,
}

#[derive(Clone, PartialEq, Message)]
pub struct MessageDescriptor {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, repeated, tag = "2")]
    pub field: Vec<FieldDescriptor>,
    #[prost(message, repeated, tag = "3")]
    pub nested_type: Vec<MessageDescriptor>,
    #[prost(message, repeated, tag = "4")]
    pub enum_type: Vec<EnumDescriptor>,
    #[prost(message, repeated, tag = "6")]
    pub extension: Vec<FieldDescriptor>,
    #[prost(message, optional, tag = "7")]
    pub options: Option<MessageOptions>,
    #[prost(message, repeated, tag = "8")]
    pub oneof_decl: Vec<OneofDescriptor>,
    /// Exclusive.
    #[prost(message, repeated, tag = "9")]
    pub reserved_range: Vec<ReservedRange>,
    #[prost(string, repeated, tag = "10")]
    pub reserved_name: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct ReservedRange {
    #[prost(int32, tag = "1")]
    pub start: i32,
    #[prost(int32, tag = "2")]
    pub end: i32,
}

#[derive(Clone, PartialEq, Message)]
pub struct MessageOptions {
    #[prost(bool, tag = "3")]
    pub deprecated: bool,
    #[prost(bool, tag = "7")]
    pub map_entry: bool,
    #[prost(message, optional, tag = "12")]
    pub features: Option<FeatureSet>,
    /// `rust_svc.v1.passthrough`.
    #[prost(bool, tag = "50703")]
    pub passthrough: bool,
    /// `buf.validate.message`, undecoded, in as many parts as it is written in.
    #[prost(bytes = "bytes", repeated, tag = "1159")]
    pub rules: Vec<prost::bytes::Bytes>,
    /// `google.api.message_visibility`.
    #[prost(message, optional, tag = "72295727")]
    pub visibility: Option<VisibilityRule>,
}

#[derive(Clone, PartialEq, Message)]
pub struct OneofDescriptor {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, optional, tag = "2")]
    pub options: Option<OneofOptions>,
}

#[derive(Clone, PartialEq, Message)]
pub struct OneofOptions {
    /// `buf.validate.oneof`, undecoded.
    #[prost(bytes = "bytes", repeated, tag = "1159")]
    pub rules: Vec<prost::bytes::Bytes>,
}

#[derive(Clone, PartialEq, Message)]
pub struct FieldDescriptor {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub extendee: String,
    #[prost(int32, tag = "3")]
    pub number: i32,
    #[prost(enumeration = "Label", tag = "4")]
    pub label: i32,
    #[prost(enumeration = "Type", tag = "5")]
    pub r#type: i32,
    #[prost(string, tag = "6")]
    pub type_name: String,
    #[prost(string, optional, tag = "7")]
    pub default_value: Option<String>,
    #[prost(message, optional, tag = "8")]
    pub options: Option<FieldOptions>,
    #[prost(int32, optional, tag = "9")]
    pub oneof_index: Option<i32>,
    #[prost(string, optional, tag = "10")]
    pub json_name: Option<String>,
    #[prost(bool, tag = "17")]
    pub proto3_optional: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
pub enum Label {
    Optional = 1,
    Required = 2,
    Repeated = 3,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
pub enum Type {
    Double = 1,
    Float = 2,
    Int64 = 3,
    Uint64 = 4,
    Int32 = 5,
    Fixed64 = 6,
    Fixed32 = 7,
    Bool = 8,
    String = 9,
    Group = 10,
    Message = 11,
    Bytes = 12,
    Uint32 = 13,
    Enum = 14,
    Sfixed32 = 15,
    Sfixed64 = 16,
    Sint32 = 17,
    Sint64 = 18,
}

#[derive(Clone, PartialEq, Message)]
pub struct FieldOptions {
    #[prost(bool, optional, tag = "2")]
    pub packed: Option<bool>,
    #[prost(bool, tag = "3")]
    pub deprecated: bool,
    #[prost(bool, tag = "16")]
    pub debug_redact: bool,
    /// The retention of an option.
    #[prost(int32, tag = "17")]
    pub retention: i32,
    #[prost(message, optional, tag = "21")]
    pub features: Option<FeatureSet>,
    /// `google.api.field_behavior`.
    #[prost(int32, repeated, packed = "false", tag = "1052")]
    pub field_behavior: Vec<i32>,
    /// `buf.validate.field`, undecoded.
    #[prost(bytes = "bytes", repeated, tag = "1159")]
    pub rules: Vec<prost::bytes::Bytes>,
    /// `buf.validate.predefined`, undecoded.
    #[prost(bytes = "bytes", repeated, tag = "1160")]
    pub predefined: Vec<prost::bytes::Bytes>,
    /// `google.api.field_visibility`.
    #[prost(message, optional, tag = "72295727")]
    pub visibility: Option<VisibilityRule>,
}

#[derive(Clone, PartialEq, Message)]
pub struct EnumDescriptor {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, repeated, tag = "2")]
    pub value: Vec<EnumValueDescriptor>,
    #[prost(message, optional, tag = "3")]
    pub options: Option<EnumOptions>,
    /// Inclusive.
    #[prost(message, repeated, tag = "4")]
    pub reserved_range: Vec<ReservedRange>,
    #[prost(string, repeated, tag = "5")]
    pub reserved_name: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct EnumOptions {
    #[prost(bool, tag = "3")]
    pub deprecated: bool,
    #[prost(message, optional, tag = "7")]
    pub features: Option<FeatureSet>,
    /// `google.api.enum_visibility`.
    #[prost(message, optional, tag = "72295727")]
    pub visibility: Option<VisibilityRule>,
}

#[derive(Clone, PartialEq, Message)]
pub struct EnumValueDescriptor {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(int32, tag = "2")]
    pub number: i32,
    #[prost(message, optional, tag = "3")]
    pub options: Option<EnumValueOptions>,
}

#[derive(Clone, PartialEq, Message)]
pub struct EnumValueOptions {
    #[prost(bool, tag = "1")]
    pub deprecated: bool,
    /// `google.api.value_visibility`.
    #[prost(message, optional, tag = "72295727")]
    pub visibility: Option<VisibilityRule>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ServiceDescriptor {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, repeated, tag = "2")]
    pub method: Vec<MethodDescriptor>,
    #[prost(message, optional, tag = "3")]
    pub options: Option<ServiceOptions>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ServiceOptions {
    #[prost(bool, tag = "33")]
    pub deprecated: bool,
    /// `rust_svc.v1.defaults`.
    #[prost(message, optional, tag = "50702")]
    pub defaults: Option<CallPolicy>,
    /// `google.api.api_visibility`.
    #[prost(message, optional, tag = "72295727")]
    pub visibility: Option<VisibilityRule>,
}

#[derive(Clone, PartialEq, Message)]
pub struct MethodDescriptor {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub input_type: String,
    #[prost(string, tag = "3")]
    pub output_type: String,
    #[prost(message, optional, tag = "4")]
    pub options: Option<MethodOptions>,
    #[prost(bool, tag = "5")]
    pub client_streaming: bool,
    #[prost(bool, tag = "6")]
    pub server_streaming: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct MethodOptions {
    #[prost(bool, tag = "33")]
    pub deprecated: bool,
    #[prost(int32, tag = "34")]
    pub idempotency_level: i32,
    /// `rust_svc.v1.method`.
    #[prost(message, optional, tag = "50701")]
    pub policy: Option<CallPolicy>,
    /// `rust_svc.v1.http`.
    #[prost(message, optional, tag = "50704")]
    pub http_response: Option<HttpResponseOptions>,
    /// `google.api.http`.
    #[prost(message, optional, tag = "72295728")]
    pub http: Option<HttpRule>,
    /// `google.api.method_visibility`.
    #[prost(message, optional, tag = "72295727")]
    pub visibility: Option<VisibilityRule>,
}

/// `google.api.VisibilityRule`.
#[derive(Clone, PartialEq, Message)]
pub struct VisibilityRule {
    /// The labels that see the element, separated by commas.
    #[prost(string, tag = "2")]
    pub restriction: String,
}

/// `rust_svc.v1.HttpResponse`.
#[derive(Clone, PartialEq, Message)]
pub struct HttpResponseOptions {
    #[prost(uint32, tag = "1")]
    pub status: u32,
    #[prost(btree_map = "string, string", tag = "2")]
    pub headers: BTreeMap<String, String>,
}

/// `google.api.HttpRule`.
#[derive(Clone, PartialEq, Message)]
pub struct HttpRule {
    #[prost(oneof = "Pattern", tags = "2, 3, 4, 5, 6, 8")]
    pub pattern: Option<Pattern>,
    #[prost(string, tag = "7")]
    pub body: String,
    #[prost(message, repeated, tag = "11")]
    pub additional_bindings: Vec<HttpRule>,
    #[prost(string, tag = "12")]
    pub response_body: String,
}

/// The HTTP method and the template of a rule.
#[derive(Clone, PartialEq, Oneof)]
pub enum Pattern {
    #[prost(string, tag = "2")]
    Get(String),
    #[prost(string, tag = "3")]
    Put(String),
    #[prost(string, tag = "4")]
    Post(String),
    #[prost(string, tag = "5")]
    Delete(String),
    #[prost(string, tag = "6")]
    Patch(String),
    #[prost(message, tag = "8")]
    Custom(CustomPattern),
}

/// `google.api.CustomHttpPattern`.
#[derive(Clone, PartialEq, Message)]
pub struct CustomPattern {
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(string, tag = "2")]
    pub path: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct SourceCodeInfo {
    #[prost(message, repeated, tag = "1")]
    pub location: Vec<Location>,
}

/// The position and comments of an element.
#[derive(Clone, PartialEq, Message)]
pub struct Location {
    #[prost(int32, repeated, tag = "1")]
    pub path: Vec<i32>,
    #[prost(int32, repeated, tag = "2")]
    pub span: Vec<i32>,
    #[prost(string, optional, tag = "3")]
    pub leading_comments: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub trailing_comments: Option<String>,
}
