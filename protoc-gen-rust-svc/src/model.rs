//! What is to be printed, with every decision made: names, types, policies, routes, docs.
//!
//! Everything here that is printed displays as valid Rust. If a template needs a decision, a word is missing here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use rust_svc::path::Template;

use crate::{docs::Docs, names::Ident, read::Position};

/// All that one run generates.
#[derive(Debug)]
pub struct Model {
    /// The packages to generate, sorted by name.
    pub packages: Vec<Package>,
    /// Every message that is known, also of packages that are not generated, by full name.
    pub messages: BTreeMap<String, Message>,
    /// Every enum that is known, by full name.
    pub enums: BTreeMap<String, Enum>,
}

/// A package of protobuf and the module that it becomes.
#[derive(Debug)]
pub struct Package {
    /// The name in the `.proto`; empty for files without one.
    pub name: String,
    /// The module, from the root of what is generated.
    pub module: Vec<Ident>,
    /// The files that it was made from, sorted.
    pub files: Vec<String>,
    /// The modules of its artefacts.
    pub artefacts: Artefacts,
    /// The full names of its messages that stand in no other, in the order of the files.
    pub messages: Vec<String>,
    /// The full names of its enums that stand in no message.
    pub enums: Vec<String>,
    /// Its services.
    pub services: Vec<Service>,
    /// Whether a gateway needs the JSON codec of its messages.
    pub needs_json: bool,
    /// The names of all its plain types and traits, which may hide names of Rust's prelude.
    pub names: BTreeSet<String>,
}

/// The modules of the artefacts of a package.
#[derive(Clone, Debug)]
pub struct Artefacts {
    /// Plain types, the traits and the constants.
    pub domain: Ident,
    /// gRPC to the trait.
    pub adapter: Ident,
    /// The trait to gRPC.
    pub client: Ident,
    /// HTTP and JSON to the trait.
    pub gateway: Ident,
    /// The trait to a script.
    pub fake: Ident,
    /// The messages that travel.
    pub pb: Ident,
    /// Between the plain types and the messages.
    pub convert: Ident,
    /// The JSON of the messages.
    pub json: Ident,
}

/// Where a type lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// In the package that is generated as this module.
    Here(Vec<Ident>),
    /// In the package that was generated elsewhere and is found at this Rust path.
    Elsewhere(String),
}

/// The name of a type, as it is reached from other modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// The package.
    pub home: Home,
    /// The modules within the package, and the type.
    pub domain: Vec<Ident>,
    /// The modules within the package, of the messages that travel, and the type.
    pub wire: Vec<Ident>,
    /// The module of the messages that travel in the package.
    pub pb: Ident,
}

/// A message.
#[derive(Debug)]
pub struct Message {
    /// The full name in the `.proto`.
    pub name: String,
    /// The name in Rust.
    pub rust: TypeName,
    /// The module of the types that stand in it, of the plain types.
    pub module: Ident,
    /// Its comment.
    pub docs: Docs,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Its fields, in the order of the file; the members of a oneof stand together.
    pub members: Vec<Member>,
    /// The full names of the messages that stand in it.
    pub messages: Vec<String>,
    /// The full names of the enums that stand in it.
    pub enums: Vec<String>,
    /// Whether the plain type is `Eq` and `Hash`.
    pub is_eq: bool,
    /// Whether the plain type has a default.
    pub has_default: bool,
    /// The field that makes a repeated call harmless.
    pub idempotency_key: Option<Ident>,
    /// Where it is declared.
    pub position: Position,
}

/// A field, or a group of which at most one is there.
#[derive(Debug)]
pub enum Member {
    /// A field.
    Field(Field),
    /// Fields of which at most one is there.
    Oneof(Oneof),
}

/// A oneof.
#[derive(Debug)]
pub struct Oneof {
    /// The name in the `.proto`.
    pub name: String,
    /// The field that holds it.
    pub ident: Ident,
    /// The field of the message that travels.
    pub wire_ident: Ident,
    /// The enum.
    pub rust: TypeName,
    /// Its comment.
    pub docs: Docs,
    /// Its fields; [`Field::ident`] is the name of a variant here.
    pub fields: Vec<Field>,
}

/// A field.
#[derive(Debug)]
pub struct Field {
    /// The name in the `.proto`.
    pub name: String,
    /// The name in JSON.
    pub json_name: String,
    /// The number that travels.
    pub number: i32,
    /// The name in the plain type.
    pub ident: Ident,
    /// The name in the message that travels.
    pub wire_ident: Ident,
    /// Its comment.
    pub docs: Docs,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Whether `Debug` must not show it.
    pub redacted: bool,
    /// Whether a message without it is wrong.
    pub required: bool,
    /// How often it occurs.
    pub occurs: Occurs,
    /// What it holds.
    pub value: Value,
    /// Whether the value needs a box, because the message contains itself.
    pub boxed: bool,
    /// Whether a list of numbers travels as one field.
    pub is_packed: bool,
    /// Whether a message travels as a group.
    pub is_group: bool,
    /// Where it is declared.
    pub position: Position,
}

/// How often a field occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurs {
    /// Always; absent is the same as the default (proto3).
    Implicitly,
    /// Once or not at all.
    Optionally,
    /// Exactly once (proto2).
    Once,
    /// Any number of times.
    Repeatedly,
    /// Any number of times, each with another key.
    ByKey(Scalar),
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, a text or bytes.
    Scalar(Scalar),
    /// An enum, by full name.
    Enum(String),
    /// A message, by full name.
    Message(String),
    /// A message of `google.protobuf` that has a type of its own in Rust.
    WellKnown(WellKnown),
}

/// A type of a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "they are named as in every .proto")]
pub enum Scalar {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Bool,
    String,
    Bytes,
}

/// A message or an enum of `google.protobuf` that has a type of its own in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are named as in google/protobuf")]
pub enum WellKnown {
    Any,
    Duration,
    Empty,
    FieldMask,
    ListValue,
    NullValue,
    Struct,
    Timestamp,
    Value,
    /// `BoolValue`, `Int32Value` and so on.
    Wrapper(Scalar),
    /// Any other, by its name in `rust_svc::wkt`.
    Other(&'static str),
}

/// An enum.
#[derive(Debug)]
pub struct Enum {
    /// The full name in the `.proto`.
    pub name: String,
    /// The name in Rust.
    pub rust: TypeName,
    /// Its comment.
    pub docs: Docs,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Its values, in the order of the file.
    pub values: Vec<EnumValue>,
    /// Whether its zero only says that nothing was said; there is no variant for it then.
    pub has_unspecified: bool,
    /// Whether unknown numbers are refused (proto2).
    pub is_closed: bool,
}

/// A value of an enum.
#[derive(Debug)]
pub struct EnumValue {
    /// The name in the `.proto`.
    pub name: String,
    /// The number that travels.
    pub number: i32,
    /// The variant.
    pub ident: Ident,
    /// The variant of the enum that travels; an alias has none of its own.
    pub wire_ident: Ident,
    /// The value that has the same number and came first.
    pub alias_of: Option<Ident>,
    /// Its comment.
    pub docs: Docs,
    /// Whether it should not be used any more.
    pub deprecated: bool,
}

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

impl Model {
    /// The message of a full name.
    pub fn message(&self, name: &str) -> Option<&Message> {
        self.messages.get(name)
    }

    /// The enum of a full name.
    pub fn enumeration(&self, name: &str) -> Option<&Enum> {
        self.enums.get(name)
    }
}

impl Package {
    /// A name of Rust's prelude, by its full path if a type of the package hides it.
    pub fn prelude(&self, name: &'static str) -> String {
        if !self.names.contains(name) {
            return name.to_owned();
        }
        let module = match name {
            "Box" => "boxed",
            "Default" => "default",
            "From" => "convert",
            "Option" => "option",
            "Send" | "Sync" => "marker",
            "String" => "string",
            _ => "vec",
        };
        format!("::std::{module}::{name}")
    }

    /// `Send`.
    pub fn send(&self) -> String {
        self.prelude("Send")
    }

    /// `Default`.
    pub fn default(&self) -> String {
        self.prelude("Default")
    }

    /// `Sync`.
    pub fn sync(&self) -> String {
        self.prelude("Sync")
    }

    /// The services that have HTTP routes.
    pub fn routed(&self) -> Vec<&Service> {
        self.services.iter().filter(|service| service.is_routed()).collect()
    }
}

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

impl Artefacts {
    /// All of them.
    pub fn all(&self) -> [&Ident; 8] {
        [&self.domain, &self.adapter, &self.client, &self.gateway, &self.fake, &self.pb, &self.convert, &self.json]
    }
}

impl Message {
    /// All fields, those of oneofs too.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.members.iter().flat_map(|member| match member {
            Member::Field(field) => std::slice::from_ref(field),
            Member::Oneof(oneof) => &oneof.fields[..],
        })
    }

    /// The field of a name in the `.proto`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().find(|field| field.name == name)
    }

    /// The oneofs.
    pub fn oneofs(&self) -> impl Iterator<Item = &Oneof> {
        self.members.iter().filter_map(|member| match member {
            Member::Oneof(oneof) => Some(oneof),
            Member::Field(_) => None,
        })
    }
}

impl TypeName {
    /// The plain type, named from a module `depth` below the module `from` of a package.
    pub fn domain_from(&self, from: &[Ident], depth: usize) -> String {
        self.path(from, depth, None, &self.domain)
    }

    /// The plain type, named from the file with the plain types of a package, in its module `place`.
    pub fn domain_within(&self, package: &[Ident], place: &[Ident]) -> String {
        if self.home != Home::Here(package.to_vec()) {
            return self.domain_from(package, place.len() + 1);
        }
        let common = self.domain.iter().zip(place).take_while(|(one, other)| one == other).count();
        let up = vec!["super".to_owned(); place.len() - common];
        let down = self.domain[common..].iter().map(ToString::to_string);
        up.into_iter().chain(down).collect::<Vec<_>>().join("::")
    }

    /// The message that travels, named from a module `depth` below the module `from` of a package.
    pub fn wire_from(&self, from: &[Ident], depth: usize) -> String {
        self.path(from, depth, Some(&self.pb), &self.wire)
    }

    /// The name of the type itself.
    pub fn ident(&self) -> &Ident {
        &self.domain[self.domain.len() - 1]
    }

    fn path(&self, from: &[Ident], depth: usize, pb: Option<&Ident>, rest: &[Ident]) -> String {
        let mut parts = Vec::new();
        match &self.home {
            Home::Here(module) => {
                let common = module.iter().zip(from).take_while(|(one, other)| one == other).count();
                parts.extend(vec!["super".to_owned(); depth + from.len() - common]);
                parts.extend(module[common..].iter().map(ToString::to_string));
            }
            Home::Elsewhere(path) => parts.push(path.clone()),
        }
        parts.extend(pb.into_iter().chain(rest).map(ToString::to_string));
        parts.join("::")
    }
}

impl Scalar {
    /// The type in Rust.
    pub fn rust(self) -> &'static str {
        match self {
            Self::Double => "f64",
            Self::Float => "f32",
            Self::Int32 => "i32",
            Self::Int64 => "i64",
            Self::Uint32 => "u32",
            Self::Uint64 => "u64",
            Self::Bool => "bool",
            Self::String => "String",
            Self::Bytes => "Vec<u8>",
        }
    }

    /// Whether it is a text or bytes, of which an empty one counts as missing.
    pub fn can_be_empty(self) -> bool {
        matches!(self, Self::String | Self::Bytes)
    }

    /// Whether it is equal to itself.
    pub fn is_eq(self) -> bool {
        !matches!(self, Self::Double | Self::Float)
    }
}

impl WellKnown {
    /// The plain type.
    pub fn rust(self) -> String {
        match self {
            Self::Any => "svc::Any".to_owned(),
            Self::Duration => "svc::SignedDuration".to_owned(),
            Self::Empty => "()".to_owned(),
            Self::FieldMask => "svc::FieldMask".to_owned(),
            Self::ListValue => "::std::vec::Vec<svc::Json>".to_owned(),
            Self::NullValue => "i32".to_owned(),
            Self::Struct => "::std::collections::BTreeMap<::std::string::String, svc::Json>".to_owned(),
            Self::Timestamp => "svc::Timestamp".to_owned(),
            Self::Value => "svc::Json".to_owned(),
            Self::Wrapper(Scalar::String) => "::std::string::String".to_owned(),
            Self::Wrapper(Scalar::Bytes) => "::std::vec::Vec<u8>".to_owned(),
            Self::Wrapper(scalar) => scalar.rust().to_owned(),
            Self::Other(name) => format!("svc::wkt::{name}"),
        }
    }

    /// The message that travels.
    pub fn wire(self) -> String {
        match self {
            Self::Any => "svc::wkt::Any".to_owned(),
            Self::Duration => "svc::wkt::Duration".to_owned(),
            Self::FieldMask => "svc::wkt::FieldMask".to_owned(),
            Self::ListValue => "svc::wkt::ListValue".to_owned(),
            Self::Struct => "svc::wkt::Struct".to_owned(),
            Self::Timestamp => "svc::wkt::Timestamp".to_owned(),
            Self::Value => "svc::wkt::Value".to_owned(),
            Self::Empty | Self::NullValue | Self::Wrapper(_) | Self::Other(_) => self.rust(),
        }
    }

    /// Whether the plain type is the message that travels.
    pub fn is_itself(self) -> bool {
        self.rust() == self.wire()
    }
}

impl Kind {
    /// The function of the runtime, in every module of it.
    pub fn snake(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ServerStreaming => "server_streaming",
            Self::ClientStreaming => "client_streaming",
            Self::BidiStreaming => "bidi_streaming",
        }
    }

    /// The type of the runtime.
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

    /// Whether the callee answers with a stream.
    pub fn returns_stream(self) -> bool {
        matches!(self, Self::ServerStreaming | Self::BidiStreaming)
    }
}

impl Method {
    /// What the function of the trait takes.
    pub fn takes(&self) -> String {
        stream_of(self.kind.takes_stream(), &self.request)
    }

    /// What the function of the trait returns, if it succeeds.
    pub fn returns(&self) -> String {
        stream_of(self.kind.returns_stream(), &self.response)
    }
}

fn stream_of(streams: bool, message: &str) -> String {
    if streams { format!("svc::Streaming<{message}>") } else { message.to_owned() }
}

impl fmt::Display for Kind {
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

impl Policy {
    /// Calls on `Method::unary(..)` and its like.
    pub fn calls(&self) -> Vec<String> {
        let idempotency = match self.idempotency {
            Idempotency::Unknown => None,
            Idempotency::Idempotent => Some(".idempotent()".to_owned()),
            Idempotency::NoSideEffects => Some(".no_side_effects()".to_owned()),
        };
        let timeout = self.timeout_ms.map(|millis| format!(".timeout_ms({millis})"));
        let retry = self.retry.as_ref().map(|retry| format!(".retry({retry})"));
        let breaker = self.breaker.as_ref().map(|breaker| match breaker.disabled {
            true => ".no_breaker()".to_owned(),
            false => format!(".breaker({breaker})"),
        });
        [idempotency, timeout, retry, breaker].into_iter().flatten().collect()
    }
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "svc::Retry::attempts({})", self.max_attempts)?;
        if let Some((initial, max, multiplier)) = self.backoff {
            write!(f, ".backoff_ms({initial}, {max}, {multiplier:?})")?;
        }
        if !self.codes.is_empty() {
            let codes: Vec<_> = self.codes.iter().map(|code| format!("svc::Code::{code}")).collect();
            write!(f, ".on(&[{}])", codes.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("svc::Breaker::DEFAULT")?;
        self.settings.iter().try_for_each(|(name, number)| write!(f, ".{name}({number})"))
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
        Ok(())
    }
}
