//! The types of `google.protobuf` and `google.rpc` that a `google.protobuf.Any` may always hold.

use std::{collections::HashMap, sync::LazyLock};

use prost_types::{Duration, FieldMask, ListValue, Struct, Timestamp};

use super::details;

use crate::{
    json::options::PackedType,
    types::{rpc, wkt},
};

/// Finds a type by its full name.
pub(super) fn find(name: &str) -> Option<PackedType> {
    static KNOWN: LazyLock<HashMap<&str, PackedType>> =
        LazyLock::new(|| TYPES.iter().chain(wkt::TYPES).map(|it| (it.name, *it)).collect());
    KNOWN.get(name).copied()
}

const TYPES: &[PackedType] = &[
    PackedType::special::<prost_types::Any>("google.protobuf.Any"),
    PackedType::special::<Timestamp>("google.protobuf.Timestamp"),
    PackedType::special::<Duration>("google.protobuf.Duration"),
    PackedType::special::<FieldMask>("google.protobuf.FieldMask"),
    PackedType::special::<Struct>("google.protobuf.Struct"),
    PackedType::special::<prost_types::Value>("google.protobuf.Value"),
    PackedType::special::<ListValue>("google.protobuf.ListValue"),
    PackedType::special::<()>("google.protobuf.Empty"),
    PackedType::special::<bool>("google.protobuf.BoolValue"),
    PackedType::special::<i32>("google.protobuf.Int32Value"),
    PackedType::special::<i64>("google.protobuf.Int64Value"),
    PackedType::special::<u32>("google.protobuf.UInt32Value"),
    PackedType::special::<u64>("google.protobuf.UInt64Value"),
    PackedType::special::<f32>("google.protobuf.FloatValue"),
    PackedType::special::<f64>("google.protobuf.DoubleValue"),
    PackedType::special::<String>("google.protobuf.StringValue"),
    PackedType::special::<Vec<u8>>("google.protobuf.BytesValue"),
    PackedType::of::<rpc::Status>(),
    PackedType::of::<rpc::BadRequest>(),
    PackedType::of::<rpc::RetryInfo>(),
    PackedType::of::<rpc::ErrorInfo>(),
    PackedType::of::<details::QuotaFailure>(),
    PackedType::of::<rpc::PreconditionFailure>(),
    PackedType::of::<details::RequestInfo>(),
    PackedType::of::<rpc::ResourceInfo>(),
    PackedType::of::<details::Help>(),
    PackedType::of::<details::LocalizedMessage>(),
];
