//! Tells callers what is served: `grpc.reflection.v1`, and `v1alpha`, which has another name and is the same otherwise.
//!
//! What cannot be answered is a message like any other answer, and the next question is heard.

mod files;

use std::sync::Arc;

use bytes::Bytes;
use prost::Message as _;
use tonic_reflection::pb::{
    v1::{
        self, ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse,
        ServerReflectionRequest as Request, ServerReflectionResponse as Response, ServiceResponse,
        server_reflection_request::MessageRequest as Question, server_reflection_response::MessageResponse as Answer,
    },
    v1alpha,
};

use self::files::{Files, Sent};
use super::{describe, health};
use crate::{Adapter, Error, Method, Result, Streaming, adapter::Routes};

const V1: &str = "grpc.reflection.v1.ServerReflection";
const V1_INFO: Method = Method::bidi_streaming("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
const V1ALPHA: &str = "grpc.reflection.v1alpha.ServerReflection";
const V1ALPHA_INFO: Method = Method::bidi_streaming("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");

/// The services and, if there is anything to tell, those that tell callers about them.
pub(super) fn add(routes: Routes, descriptors: &[&'static [u8]]) -> Result<Routes> {
    if descriptors.is_empty() {
        return Ok(routes);
    }
    let told = Arc::new(Told::new(&routes, descriptors)?);
    Ok(routes.merge(adapter(V1, V1_INFO, told.clone())).merge(adapter(V1ALPHA, V1ALPHA_INFO, told)))
}

fn adapter(name: &'static str, method: Method, told: Arc<Told>) -> Adapter<Arc<Told>> {
    Adapter::new(name, Arc::new(told)).bidi_streaming(method, |told, _, requests| {
        let answers = answers(told.clone(), requests);
        Box::pin(async { Ok(answers) })
    })
}

fn answers(told: Arc<Told>, requests: Streaming<Request>) -> Streaming<Response> {
    let mut sent = Sent::new();
    requests.map(move |request| told.respond(request, &mut sent))
}

/// What callers are told.
#[derive(Debug)]
struct Told {
    services: Vec<&'static str>,
    files: Files,
}

impl Told {
    /// What is described and not served is not listed.
    fn new(routes: &Routes, descriptors: &[&'static [u8]]) -> Result<Self> {
        let mut files = Files::default();
        for set in descriptors.iter().chain(&[v1::FILE_DESCRIPTOR_SET, v1alpha::FILE_DESCRIPTOR_SET]) {
            files.add(Bytes::from_static(set))?;
        }
        files.add(describe::health().encode_to_vec().into())?;
        Ok(Self { services: routes.services().chain([health::NAME, V1, V1ALPHA]).collect(), files })
    }

    fn respond(&self, request: Request, sent: &mut Sent) -> Response {
        let answer = self.answer(request.message_request.as_ref(), sent).unwrap_or_else(|error| refused(&error));
        Response { valid_host: request.host.clone(), original_request: Some(request), message_response: Some(answer) }
    }

    fn answer(&self, question: Option<&Question>, sent: &mut Sent) -> Result<Answer> {
        let (file, what) = match question {
            Some(Question::ListServices(_)) => return Ok(self.list()),
            Some(Question::AllExtensionNumbersOfType(message)) => return self.extension_numbers(message),
            Some(Question::FileByFilename(name)) => (self.files.named(name), "file"),
            Some(Question::FileContainingSymbol(name)) => (self.files.declaring(name), "symbol"),
            Some(Question::FileContainingExtension(it)) => {
                (self.files.extending(&it.containing_type, it.extension_number), "extension")
            }
            None => return Err(Error::invalid_argument("the request asks for nothing that is known")),
        };
        let file = file.ok_or_else(|| unknown(what))?;
        let file_descriptor_proto = self.files.with_imports(file, sent);
        Ok(Answer::FileDescriptorResponse(FileDescriptorResponse { file_descriptor_proto }))
    }

    fn list(&self) -> Answer {
        let service = self.services.iter().map(|name| ServiceResponse { name: (*name).to_owned() }).collect();
        Answer::ListServicesResponse(ListServiceResponse { service })
    }

    fn extension_numbers(&self, message: &str) -> Result<Answer> {
        let numbers = self.files.extension_numbers(message).ok_or_else(|| unknown("message"))?;
        Ok(Answer::AllExtensionNumbersResponse(ExtensionNumberResponse {
            base_type_name: message.to_owned(),
            extension_number: numbers.collect(),
        }))
    }
}

fn unknown(what: &str) -> Error {
    Error::not_found(format!("no such {what}"))
}

fn refused(error: &Error) -> Answer {
    Answer::ErrorResponse(ErrorResponse {
        error_code: error.code().number(),
        error_message: error.message().to_owned(),
    })
}

speaks_for_itself! {
    Request: "grpc.reflection.v1.ServerReflectionRequest",
    Response: "grpc.reflection.v1.ServerReflectionResponse"
}
