//! What `grpc/health/v1/health.proto` says, for reflection.

use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    FileDescriptorSet, MethodDescriptorProto, ServiceDescriptorProto,
    field_descriptor_proto::{Label, Type},
};

const STATUSES: [&str; 4] = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

/// The service of health and its messages.
pub(super) fn health() -> FileDescriptorSet {
    let status = ".grpc.health.v1.HealthCheckResponse.ServingStatus";
    let statuses = EnumDescriptorProto {
        name: Some("ServingStatus".into()),
        value: STATUSES.iter().zip(0..).map(|(name, number)| value(name, number)).collect(),
        ..EnumDescriptorProto::default()
    };
    let response = message("HealthCheckResponse", field("status", Type::Enum, Some(status)));
    let file = FileDescriptorProto {
        name: Some("grpc/health/v1/health.proto".into()),
        package: Some("grpc.health.v1".into()),
        message_type: vec![
            message("HealthCheckRequest", field("service", Type::String, None)),
            DescriptorProto { enum_type: vec![statuses], ..response },
        ],
        service: vec![ServiceDescriptorProto {
            name: Some("Health".into()),
            method: vec![method("Check", false), method("Watch", true)],
            ..ServiceDescriptorProto::default()
        }],
        syntax: Some("proto3".into()),
        ..FileDescriptorProto::default()
    };
    FileDescriptorSet { file: vec![file] }
}

fn value(name: &str, number: i32) -> EnumValueDescriptorProto {
    EnumValueDescriptorProto { name: Some(name.into()), number: Some(number), ..EnumValueDescriptorProto::default() }
}

fn message(name: &str, field: FieldDescriptorProto) -> DescriptorProto {
    DescriptorProto { name: Some(name.into()), field: vec![field], ..DescriptorProto::default() }
}

fn field(name: &str, kind: Type, of: Option<&str>) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.into()),
        number: Some(1),
        label: Some(Label::Optional.into()),
        r#type: Some(kind.into()),
        type_name: of.map(Into::into),
        json_name: Some(name.into()),
        ..FieldDescriptorProto::default()
    }
}

fn method(name: &str, server_streaming: bool) -> MethodDescriptorProto {
    MethodDescriptorProto {
        name: Some(name.into()),
        input_type: Some(".grpc.health.v1.HealthCheckRequest".into()),
        output_type: Some(".grpc.health.v1.HealthCheckResponse".into()),
        server_streaming: server_streaming.then_some(true),
        ..MethodDescriptorProto::default()
    }
}
