//! Checks messages for `protovalidate-conformance` with the library that [`rust_svc::Rules`] uses.

use std::{
    collections::HashMap,
    error::Error as StdError,
    io::{Read as _, Write as _},
};

use prost::Message as _;
use prost_protovalidate::{Error, Validator, ValidatorOption, normalize_edition_descriptor_set, types};
use prost_reflect::{DescriptorPool, DynamicMessage};

/// `buf.validate.conformance.harness.TestConformanceRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct Request {
    #[prost(bytes = "vec", tag = "2")]
    descriptors: Vec<u8>,
    #[prost(map = "string, message", tag = "3")]
    cases: HashMap<String, Packed>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, prost::Message)]
struct Packed {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `buf.validate.conformance.harness.TestConformanceResponse`.
#[derive(Clone, PartialEq, prost::Message)]
struct Response {
    #[prost(map = "string, message", tag = "1")]
    results: HashMap<String, Outcome>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Outcome {
    #[prost(oneof = "Kind", tags = "1, 2, 3, 4, 5")]
    kind: Option<Kind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Kind {
    #[prost(bool, tag = "1")]
    Valid(bool),
    #[prost(message, tag = "2")]
    Violated(types::Violations),
    #[prost(string, tag = "3")]
    NoRule(String),
    #[prost(string, tag = "4")]
    NoResult(String),
    #[prost(string, tag = "5")]
    Unexpected(String),
}

fn main() -> Result<(), Box<dyn StdError>> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let request = Request::decode(&*bytes)?;
    let descriptors = normalize_edition_descriptor_set(&request.descriptors);
    let pool = DescriptorPool::decode(&*descriptors)?;
    let validator = Validator::with_options(&[ValidatorOption::AdditionalDescriptorSetBytes(descriptors)]);
    let check = |packed: &Packed| Outcome { kind: Some(outcome(&pool, &validator, packed)) };
    let results = request.cases.iter().map(|(name, packed)| (name.clone(), check(packed)));
    let response = Response { results: results.collect() };
    std::io::stdout().write_all(&response.encode_to_vec())?;
    Ok(())
}

fn outcome(pool: &DescriptorPool, validator: &Validator, packed: &Packed) -> Kind {
    let name = packed.type_url.rsplit('/').next().unwrap_or_default();
    let Some(descriptor) = pool.get_message_by_name(name) else { return Kind::Unexpected(format!("no {name}")) };
    match DynamicMessage::decode(descriptor, &*packed.value) {
        Ok(message) => checked(validator, &message),
        Err(error) => Kind::Unexpected(error.to_string()),
    }
}

fn checked(validator: &Validator, message: &DynamicMessage) -> Kind {
    match validator.validate(message) {
        Ok(()) => Kind::Valid(true),
        Err(Error::Validation(error)) => Kind::Violated(error.to_proto()),
        Err(Error::Compilation(error)) => Kind::NoRule(error.to_string()),
        Err(other) => Kind::NoResult(other.to_string()),
    }
}
