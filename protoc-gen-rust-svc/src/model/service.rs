//! Services, their methods and their HTTP routes.

use std::{collections::BTreeMap, fmt};

use rust_svc::path::Template;

use super::Policy;
use crate::{diagnostics::Position, docs::Docs, names::Ident};

/// A service and the names of its generated items.
#[derive(Debug)]
pub struct Service {
    /// The full name in the `.proto`.
    pub name: String,
    /// The trait.
    pub ident: Ident,
    /// The module of its constants.
    pub module: Ident,
    /// The function that serves it over gRPC.
    pub adapter: Ident,
    /// The client.
    pub client: Ident,
    /// The function that serves it over HTTP.
    pub gateway: Ident,
    /// The fake.
    pub fake: Ident,
    /// Its comment.
    pub docs: Docs,
    /// An attribute for the trait, or nothing.
    pub attribute: Attribute,
    /// Whether the OpenAPI document leaves it out, because a label restricts it.
    pub is_hidden: bool,
    /// Whether the methods of the trait have default bodies, so that a new one breaks no implementation.
    pub has_default_methods: bool,
    /// The call policy of methods that declare no other.
    pub defaults: Option<Policy>,
    /// Whether it has an adapter.
    pub is_served: bool,
    /// Its methods.
    pub methods: Vec<Method>,
    /// The position of the declaration.
    pub position: Position,
}

/// An attribute of a generated item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Attribute {
    /// None.
    #[default]
    None,
    /// `#[deprecated]`
    Deprecated,
}

/// A method.
#[derive(Debug)]
pub struct Method {
    /// The name in the `.proto`.
    pub name: String,
    /// The gRPC path, as a Rust string literal.
    pub path: Literal,
    /// The function of the trait.
    pub ident: Ident,
    /// The constant.
    pub constant: Ident,
    /// Its streaming kind.
    pub kind: MethodKind,
    /// The type of a request, as every file of the package names it.
    pub request: String,
    /// The type of a response, as every file of the package names it.
    pub response: String,
    /// Whether the type of a response has a default.
    pub has_default_response: bool,
    /// The names of the package that these two types contain.
    pub imports: Vec<Ident>,
    /// The full name of the request's message.
    pub request_name: String,
    /// The full name of the response's message.
    pub response_name: String,
    /// Its comment.
    pub docs: Docs,
    /// An attribute for the function of the trait, or nothing.
    pub attribute: Attribute,
    /// Whether the OpenAPI document leaves it out, because a label restricts it.
    pub is_hidden: bool,
    /// Its call policy.
    pub policy: Policy,
    /// Its HTTP routes.
    pub routes: Vec<Route>,
    /// How these respond to a successful call.
    pub http_response: HttpResponse,
    /// The position of the declaration.
    pub position: Position,
}

/// The streaming kind of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are named as in gRPC")]
pub enum MethodKind {
    Unary,
    ServerStreaming,
    ClientStreaming,
    BidiStreaming,
}

/// An HTTP route to a method.
#[derive(Debug)]
pub struct Route {
    /// The HTTP method, in capitals; `*` for any.
    pub verb: String,
    /// The path.
    pub template: Template,
    /// The field that the body fills; `*` for all fields, empty for no body.
    pub body: String,
    /// The position of `body`.
    pub body_position: Position,
    /// The field that is the response body; empty for the whole response.
    pub response_body: String,
    /// The position of `response_body`.
    pub response_body_position: Position,
    /// Whether variables of several segments are decoded except for slashes.
    pub decodes_reserved: bool,
    /// The position of the declaration.
    pub position: Position,
}

/// The status and the headers of a successful call of a method.
#[derive(Debug)]
pub struct HttpResponse {
    /// The status; 200 if there is none.
    pub status: Option<u32>,
    /// The headers by their names in lower case. `{field}` in a value is a field of the response.
    pub headers: BTreeMap<String, String>,
    /// The position of the option.
    pub position: Position,
}

/// A text that displays as a Rust string literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal(pub String);

impl Service {
    /// Whether a method has an HTTP route.
    pub fn is_routed(&self) -> bool {
        self.methods.iter().any(|method| !method.routes.is_empty())
    }

    /// The type parameter of functions that serve it, which differs from the name of the trait.
    pub fn parameter(&self) -> &'static str {
        if self.ident.as_str() == "S" { "T" } else { "S" }
    }

    /// The parameter of the fake's constructor, which is unused if there are no methods.
    pub fn session(&self) -> &'static str {
        if self.methods.is_empty() { "_" } else { "session" }
    }

    /// The methods that implementations of the trait must have.
    pub fn required_methods(&self) -> &[Method] {
        if self.has_default_methods { &[] } else { &self.methods }
    }

    /// The methods with a body in the trait.
    pub fn provided_methods(&self) -> &[Method] {
        if self.has_default_methods { &self.methods } else { &[] }
    }

    /// The full name, as a Rust string.
    pub fn name_literal(&self) -> Literal {
        Literal(self.name.clone())
    }
}

impl MethodKind {
    /// The name of the functions of the runtime for this kind.
    pub fn snake(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ServerStreaming => "server_streaming",
            Self::ClientStreaming => "client_streaming",
            Self::BidiStreaming => "bidi_streaming",
        }
    }

    /// The name of the types of the runtime for this kind.
    pub fn camel(self) -> &'static str {
        match self {
            Self::Unary => "Unary",
            Self::ServerStreaming => "ServerStreaming",
            Self::ClientStreaming => "ClientStreaming",
            Self::BidiStreaming => "BidiStreaming",
        }
    }

    /// Whether the caller sends a stream.
    pub fn takes_stream(self) -> bool {
        matches!(self, Self::ClientStreaming | Self::BidiStreaming)
    }

    /// Whether the service returns a stream.
    pub fn returns_stream(self) -> bool {
        matches!(self, Self::ServerStreaming | Self::BidiStreaming)
    }
}

impl Method {
    /// The type of the request in the trait.
    pub fn takes(&self) -> String {
        stream_of(self.kind.takes_stream(), &self.request)
    }

    /// The type of the response in the trait.
    pub fn returns(&self) -> String {
        stream_of(self.kind.returns_stream(), &self.response)
    }
}

fn stream_of(streams: bool, message: &str) -> String {
    if streams { format!("svc::Streaming<{message}>") } else { message.to_owned() }
}

impl fmt::Display for MethodKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.snake())
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "",
            Self::Deprecated => "#[deprecated]",
        })
    }
}

/// An argument for the gateway, such as `svc::route::get("/v1/orders/{order_id}")`.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.template.as_str();
        match self.verb.as_str() {
            "GET" | "PUT" | "POST" | "DELETE" | "PATCH" => {
                write!(f, "svc::route::{}({path:?})", self.verb.to_ascii_lowercase())?;
            }
            verb => write!(f, "svc::route::custom({verb:?}, {path:?})")?,
        }
        if !self.body.is_empty() {
            write!(f, ".body({:?})", self.body)?;
        }
        if !self.response_body.is_empty() {
            write!(f, ".response_body({:?})", self.response_body)?;
        }
        if self.decodes_reserved {
            f.write_str(".unescape(svc::route::Unescape::ExceptSlash)")?;
        }
        Ok(())
    }
}

impl HttpResponse {
    /// The fields of the response in the values of headers.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let values = self.headers.values().flat_map(|value| value.split('{').skip(1));
        values.map(|rest| rest.split_once('}').map_or(rest, |(field, _)| field))
    }
}

/// Calls behind the argument for the gateway that is the route, such as `.status(201)`.
impl fmt::Display for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(status) = self.status {
            write!(f, ".status({status})")?;
        }
        if self.headers.is_empty() {
            return Ok(());
        }
        f.write_str(".headers(&[")?;
        self.headers.iter().try_for_each(|header| write!(f, "{header:?}, "))?;
        f.write_str("])")
    }
}
