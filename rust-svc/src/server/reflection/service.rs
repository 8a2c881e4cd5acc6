//! The reflection service. A question without an answer gets an error message, and the stream goes on.

use std::sync::Arc;

use bytes::Bytes;
use prost::Message as _;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

use super::{
    super::{
        generated::{
            FILE_DESCRIPTOR_SET,
            grpc::reflection::v1::{
                ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse, ServerReflection,
                ServerReflectionRequest, ServerReflectionResponse, ServiceResponse, server_reflection_adapter,
                server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
            },
        },
        health,
    },
    index::{DescriptorIndex, SentFiles, invalid_descriptors},
};
use crate::{Adapter, Context, Error, Method, Result, Streaming, adapter::Routes};

const V1: &str = "grpc.reflection.v1.ServerReflection";
const V1ALPHA: &str = "grpc.reflection.v1alpha.ServerReflection";
const V1ALPHA_INFO: Method = Method::bidi_streaming("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");

/// The descriptors of the standard details of errors, so that callers can read them.
const ERROR_DETAILS: &[u8] = include_bytes!("error_details.binpb");

/// Adds the reflection services if there are descriptors. They list the services of these routes and `others`.
pub(in super::super) fn add(routes: Routes, others: &[&'static str], descriptors: &[&'static [u8]]) -> Result<Routes> {
    if descriptors.is_empty() {
        return Ok(routes);
    }
    let services = routes.services().chain(others.iter().copied()).chain([health::NAME, V1, V1ALPHA]).collect();
    let service = Arc::new(ReflectionService(Arc::new(Catalog { services, index: index(descriptors)? })));
    let alpha = Adapter::new(V1ALPHA, service.clone())
        .bidi_streaming(V1ALPHA_INFO, |it, cx, requests| it.server_reflection_info(cx, requests));
    Ok(routes.merge(server_reflection_adapter(service)).merge(alpha))
}

fn index(descriptors: &[&'static [u8]]) -> Result<DescriptorIndex> {
    let mut index = DescriptorIndex::default();
    for set in descriptors.iter().chain([&FILE_DESCRIPTOR_SET, &ERROR_DETAILS]) {
        index.add(Bytes::from_static(set))?;
    }
    index.add(alpha_descriptors()?.encode_to_vec().into())?;
    Ok(index)
}

/// Derives the descriptors of `v1alpha` from those of `v1`.
fn alpha_descriptors() -> Result<FileDescriptorSet> {
    let set = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).map_err(invalid_descriptors)?;
    let files = set.file.into_iter().filter(|file| file.package() == "grpc.reflection.v1");
    Ok(FileDescriptorSet { file: files.map(rename_to_alpha).collect() })
}

fn rename_to_alpha(mut file: FileDescriptorProto) -> FileDescriptorProto {
    let methods = file.service.iter_mut().flat_map(|service| &mut service.method);
    let types = methods.flat_map(|method| [&mut method.input_type, &mut method.output_type]);
    let fields = file.message_type.iter_mut().flat_map(|message| &mut message.field);
    let names = types.chain(fields.map(|field| &mut field.type_name)).chain([&mut file.name, &mut file.package]);
    for name in names.flatten() {
        *name = name.replace(".reflection.v1", ".reflection.v1alpha").replace("reflection/v1/", "reflection/v1alpha/");
    }
    file
}

/// The reflection service, in either version.
struct ReflectionService(Arc<Catalog>);

/// The services and descriptors of a server.
#[derive(Debug)]
struct Catalog {
    /// The services that are served. Others may be described as well.
    services: Vec<&'static str>,
    index: DescriptorIndex,
}

#[crate::async_trait]
impl ServerReflection for ReflectionService {
    async fn server_reflection_info(
        &self,
        _: Context,
        requests: Streaming<ServerReflectionRequest>,
    ) -> Result<Streaming<ServerReflectionResponse>> {
        let (catalog, mut sent) = (self.0.clone(), SentFiles::new());
        Ok(requests.map(move |request| catalog.respond(request, &mut sent)))
    }
}

impl Catalog {
    fn respond(&self, request: ServerReflectionRequest, sent: &mut SentFiles) -> ServerReflectionResponse {
        let answer = self.answer(request.message_request.as_ref(), sent).unwrap_or_else(|error| error_response(&error));
        ServerReflectionResponse {
            valid_host: request.host.clone(),
            original_request: Some(request),
            message_response: Some(answer),
        }
    }

    fn answer(&self, question: Option<&MessageRequest>, sent: &mut SentFiles) -> Result<MessageResponse> {
        let (file, kind) = match question {
            Some(MessageRequest::ListServices(_)) => return Ok(self.list()),
            Some(MessageRequest::AllExtensionNumbersOfType(message)) => return self.extension_numbers(message),
            Some(MessageRequest::FileByFilename(name)) => (self.index.by_name(name), "file"),
            Some(MessageRequest::FileContainingSymbol(name)) => (self.index.by_symbol(name), "symbol"),
            Some(MessageRequest::FileContainingExtension(it)) => {
                (self.index.by_extension(&it.containing_type, it.extension_number), "extension")
            }
            None => return Err(Error::invalid_argument("the request asks for nothing that is known")),
        };
        let file = file.ok_or_else(|| unknown(kind))?;
        let file_descriptor_proto = self.index.with_imports(file, sent);
        Ok(MessageResponse::FileDescriptorResponse(FileDescriptorResponse { file_descriptor_proto }))
    }

    fn list(&self) -> MessageResponse {
        let service = self.services.iter().map(|name| ServiceResponse { name: (*name).to_owned() }).collect();
        MessageResponse::ListServicesResponse(ListServiceResponse { service })
    }

    fn extension_numbers(&self, message: &str) -> Result<MessageResponse> {
        let numbers = self.index.extension_numbers(message).ok_or_else(|| unknown("message"))?;
        Ok(MessageResponse::AllExtensionNumbersResponse(ExtensionNumberResponse {
            base_type_name: message.to_owned(),
            extension_number: numbers.collect(),
        }))
    }
}

fn unknown(kind: &str) -> Error {
    Error::not_found(format!("no such {kind}"))
}

fn error_response(error: &Error) -> MessageResponse {
    MessageResponse::ErrorResponse(ErrorResponse {
        error_code: error.code().number(),
        error_message: error.message().to_owned(),
    })
}
