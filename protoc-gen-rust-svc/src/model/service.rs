//! Services: their methods, how these are to be called, and their routes.

use rust_svc::path::Template;

use crate::{diagnostics::Position, docs::Docs, names::Ident};

/// A service and all that it becomes.
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
    /// Whether the functions of the trait have bodies, so that one more breaks no implementation.
    pub has_default_methods: bool,
    /// Its methods.
    pub methods: Vec<Method>,
    /// Where it is declared.
    pub position: Position,
}

/// An attribute that is printed as it is, or not at all.
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
    /// The path of gRPC, as a Rust string.
    pub path: Literal,
    /// The function of the trait.
    pub ident: Ident,
    /// The constant.
    pub constant: Ident,
    /// Which sides stream.
    pub kind: Kind,
    /// The type of a request, as every file of the package names it.
    pub request: String,
    /// The type of a response, as every file of the package names it.
    pub response: String,
    /// What of the package these two name, which other files import.
    pub imports: Vec<Ident>,
    /// The full name of the request's message.
    pub request_name: String,
    /// The full name of the response's message.
    pub response_name: String,
    /// Its comment.
    pub docs: Docs,
    /// An attribute for the function of the trait, or nothing.
    pub attribute: Attribute,
    /// How it is to be called.
    pub policy: Policy,
    /// Its HTTP routes.
    pub routes: Vec<Route>,
    /// Where it is declared.
    pub position: Position,
}

/// Which sides of a method stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are named as in gRPC")]
pub enum Kind {
    Unary,
    ServerStreaming,
    ClientStreaming,
    BidiStreaming,
}

/// How a method is to be called: calls on the constant of the method.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// What calling it twice does.
    pub idempotency: Idempotency,
    /// In milliseconds.
    pub timeout_ms: Option<u64>,
    /// How a client tries again.
    pub retry: Option<Retry>,
    /// When a client stops calling.
    pub breaker: Option<Breaker>,
    /// The field of the request that makes a repeated call harmless.
    pub idempotency_key: Option<String>,
    /// Where it is declared.
    pub position: Position,
}

/// What calling a method twice does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are named as in idempotency_level")]
pub enum Idempotency {
    #[default]
    Unknown,
    Idempotent,
    NoSideEffects,
}

/// How a client tries again.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// The first time included.
    pub max_attempts: u32,
    /// First and longest wait in milliseconds and the factor between two; `None` where it is all the default.
    pub backoff: Option<(u64, u64, f64)>,
    /// The codes, by their names in Rust; empty for the default.
    pub codes: Vec<&'static str>,
}

/// When a client stops calling.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Breaker {
    /// Never.
    pub disabled: bool,
    /// The calls on `Breaker::DEFAULT`, each with its number.
    pub settings: Vec<(&'static str, u64)>,
}

/// An HTTP route to a method.
#[derive(Debug)]
pub struct Route {
    /// The HTTP method, in capitals; `*` for any.
    pub verb: String,
    /// The path.
    pub template: Template,
    /// The field that the body fills, `*`, or nothing.
    pub body: String,
    /// Where that is said.
    pub body_position: Position,
    /// The field that is the body of the answer, or nothing.
    pub response_body: String,
    /// Where that is said.
    pub response_body_position: Position,
    /// Where it is declared.
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

    /// The full name, as a Rust string.
    pub fn name_literal(&self) -> Literal {
        Literal(self.name.clone())
    }
}
