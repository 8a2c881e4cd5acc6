//! The testee of the conformance suite of protobuf. It does the conversions from and to JSON.

use std::io::{self, Read, Write};

use interop::generated::json::{
    conformance::pb::{
        ConformanceRequest, ConformanceResponse, FailureSet, TestCategory, WireFormat, conformance_request::Payload,
        conformance_response::Result as Answer,
    },
    protobuf_test_messages::{proto2, proto3},
};
use prost::Message;
use rust_svc::json::{JsonMessage, ParseOptions, PrintOptions, from_slice, to_vec};

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    while let Some(request) = read(&mut input)? {
        let response = ConformanceResponse { result: Some(answer(&request)) }.encode_to_vec();
        output.write_all(&u32::try_from(response.len()).map_err(io::Error::other)?.to_le_bytes())?;
        output.write_all(&response)?;
        output.flush()?;
    }
    Ok(())
}

/// Reads a request and the length before it. Returns `None` at the end.
fn read(input: &mut impl Read) -> io::Result<Option<ConformanceRequest>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut bytes = vec![0; u32::from_le_bytes(length).try_into().map_err(io::Error::other)?];
    input.read_exact(&mut bytes)?;
    ConformanceRequest::decode(&*bytes).map(Some).map_err(io::Error::other)
}

fn answer(request: &ConformanceRequest) -> Answer {
    match request.message_type.as_str() {
        "conformance.FailureSet" => Answer::ProtobufPayload(FailureSet::default().encode_to_vec()),
        "protobuf_test_messages.proto2.TestAllTypesProto2" => convert::<proto2::pb::TestAllTypesProto2>(request),
        "protobuf_test_messages.proto3.TestAllTypesProto3" => convert::<proto3::pb::TestAllTypesProto3>(request),
        other => Answer::Skipped(format!("no message {other}")),
    }
}

fn convert<M: JsonMessage + Message>(request: &ConformanceRequest) -> Answer {
    let is_json = request.requested_output_format() == WireFormat::Json;
    let message = match &request.payload {
        Some(Payload::JsonPayload(json)) => {
            from_slice::<M>(json.as_bytes(), &parse(request)).map_err(|error| error.to_string())
        }
        Some(Payload::ProtobufPayload(bytes)) if is_json => M::decode(&**bytes).map_err(|error| error.to_string()),
        _ => return Answer::Skipped("not JSON".to_owned()),
    };
    match message {
        Err(error) => Answer::ParseError(error),
        Ok(message) => print(&message, request.requested_output_format()),
    }
}

fn print<M: JsonMessage + Message>(message: &M, format: WireFormat) -> Answer {
    match format {
        WireFormat::Protobuf => Answer::ProtobufPayload(message.encode_to_vec()),
        WireFormat::Json => match to_vec(message, &options()).map(String::from_utf8) {
            Ok(Ok(json)) => Answer::JsonPayload(json),
            Ok(Err(error)) => Answer::SerializeError(error.to_string()),
            Err(error) => Answer::SerializeError(error.to_string()),
        },
        other => Answer::Skipped(format!("not JSON: {other:?}")),
    }
}

fn parse(request: &ConformanceRequest) -> ParseOptions {
    let mut parse = ParseOptions::default();
    parse.ignore_unknown = request.test_category() == TestCategory::JsonIgnoreUnknownParsingTest;
    parse.types = options().types;
    parse
}

fn options() -> PrintOptions {
    let mut print = PrintOptions::default();
    print.types.add(proto2::json::TYPES);
    print.types.add(proto3::json::TYPES);
    print
}
