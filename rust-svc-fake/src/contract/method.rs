//! The methods of a contract.

use std::{collections::BTreeMap, fmt::Display, sync::Arc};

use prost_reflect::{DescriptorPool, MessageDescriptor, MethodDescriptor, ServiceDescriptor};
use rust_svc::{Kind, Method};

use super::MessageRules;

/// The services of a contract.
#[derive(Clone, Debug)]
pub(crate) struct Contract {
    pub(crate) pool: DescriptorPool,
    /// The encoded descriptors, for reflection.
    pub(crate) descriptors: &'static [u8],
    /// The methods by their full names, such as `inventory.v1.InventoryService/CheckStock`.
    pub(crate) methods: BTreeMap<&'static str, DynamicMethod>,
    pub(crate) rules: Arc<MessageRules>,
}

/// A method by its descriptor.
#[derive(Clone, Debug)]
pub(crate) struct DynamicMethod {
    pub(crate) method: Method,
    pub(crate) descriptor: MethodDescriptor,
    pub(crate) service: ServiceDescriptor,
    pub(crate) input: MessageDescriptor,
    pub(crate) output: MessageDescriptor,
}

impl Contract {
    /// Reads an encoded `FileDescriptorSet` with all imports. The process keeps its names until it ends.
    pub(crate) fn new(descriptors: Vec<u8>) -> Result<Self, String> {
        let failed = |error: &dyn Display| format!("error: the descriptors are invalid: {error}");
        let pool = DescriptorPool::decode(descriptors.as_slice()).map_err(|error| failed(&error))?;
        let services = pool.services();
        let methods = services.flat_map(|service| service.methods().map(DynamicMethod::new).collect::<Vec<_>>());
        let methods: BTreeMap<_, _> = methods.map(|method| (method.method.full_name(), method)).collect();
        if methods.is_empty() {
            return Err("error: the descriptors have no service".to_owned());
        }
        let descriptors = Vec::leak(descriptors);
        let rules = Arc::new(MessageRules::new(&pool, descriptors));
        Ok(Self { pool, descriptors, methods, rules })
    }

    /// Finds a method by its full name. Fails with those that there are.
    pub(crate) fn method(&self, name: &str) -> Result<&DynamicMethod, String> {
        let name = name.trim_start_matches('/');
        let known = || self.methods.keys().copied().collect::<Vec<_>>().join(", ");
        self.methods.get(name).ok_or_else(|| format!("unknown method `{name}`\n  help: the methods are {}", known()))
    }
}

impl DynamicMethod {
    fn new(descriptor: MethodDescriptor) -> Self {
        let service = descriptor.parent_service().clone();
        let path: &'static str = String::leak(format!("/{}/{}", service.full_name(), descriptor.name()));
        let method = match (descriptor.is_client_streaming(), descriptor.is_server_streaming()) {
            (false, false) => Method::unary(path),
            (false, true) => Method::server_streaming(path),
            (true, false) => Method::client_streaming(path),
            (true, true) => Method::bidi_streaming(path),
        };
        Self { method, service, input: descriptor.input(), output: descriptor.output(), descriptor }
    }

    /// Returns whether there is a stream of requests.
    pub(crate) fn takes_stream(&self) -> bool {
        matches!(self.method.kind, Kind::ClientStreaming | Kind::BidiStreaming)
    }

    /// Returns whether there is a stream of responses.
    pub(crate) fn returns_stream(&self) -> bool {
        matches!(self.method.kind, Kind::ServerStreaming | Kind::BidiStreaming)
    }
}
