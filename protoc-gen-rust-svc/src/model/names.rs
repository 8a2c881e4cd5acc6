//! How types are named from the modules that use them.

use super::{Origin, Package, Scalar, TypeName, WellKnown};
use crate::names::Ident;

impl TypeName {
    /// The plain type, named from a module `depth` below the module `from` of a package.
    pub fn domain_from(&self, from: &[Ident], depth: usize) -> String {
        self.path(from, depth, None, &self.domain)
    }

    /// The plain type, named from the file with the plain types of a package, in its module `place`.
    pub fn domain_within(&self, package: &[Ident], place: &[Ident]) -> String {
        if self.origin != Origin::Local(package.to_vec()) {
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
        match &self.origin {
            Origin::Local(module) => {
                let common = module.iter().zip(from).take_while(|(one, other)| one == other).count();
                parts.extend(vec!["super".to_owned(); depth + from.len() - common]);
                parts.extend(module[common..].iter().map(ToString::to_string));
            }
            Origin::Extern(path) => parts.push(path.clone()),
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
            Self::SharedBytes => "svc::bytes::Bytes",
        }
    }

    /// Whether it is a text or bytes, of which an empty one counts as missing.
    pub fn can_be_empty(self) -> bool {
        matches!(self, Self::String | Self::Bytes | Self::SharedBytes)
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
            Self::Duration(times) => times.duration().to_owned(),
            Self::Empty => "()".to_owned(),
            Self::FieldMask => "svc::FieldMask".to_owned(),
            Self::ListValue => "::std::vec::Vec<svc::Json>".to_owned(),
            Self::NullValue | Self::Enum(_) => "i32".to_owned(),
            Self::Struct => "::std::collections::BTreeMap<::std::string::String, svc::Json>".to_owned(),
            Self::Timestamp(times) => times.timestamp().to_owned(),
            Self::Value => "svc::Json".to_owned(),
            Self::Wrapper(Scalar::String) => "::std::string::String".to_owned(),
            Self::Wrapper(Scalar::Bytes) => "::std::vec::Vec<u8>".to_owned(),
            Self::Wrapper(scalar) => scalar.rust().to_owned(),
            Self::Other(name) => in_runtime(name),
        }
    }

    /// The message that travels.
    pub fn wire(self) -> String {
        match self {
            Self::Any => "svc::wkt::Any".to_owned(),
            Self::Duration(_) => "svc::wkt::Duration".to_owned(),
            Self::FieldMask => "svc::wkt::FieldMask".to_owned(),
            Self::ListValue => "svc::wkt::ListValue".to_owned(),
            Self::Struct => "svc::wkt::Struct".to_owned(),
            Self::Timestamp(_) => "svc::wkt::Timestamp".to_owned(),
            Self::Value => "svc::wkt::Value".to_owned(),
            Self::Empty | Self::NullValue | Self::Enum(_) | Self::Wrapper(_) | Self::Other(_) => self.rust(),
        }
    }

    /// The enum that gives the names of numbers, if it is one.
    pub fn enumeration(self) -> Option<String> {
        match self {
            Self::Enum(name) => Some(in_runtime(name)),
            _ => None,
        }
    }

    /// Whether the plain type is the message that travels.
    pub fn is_itself(self) -> bool {
        self.rust() == self.wire()
    }
}

/// A type of `google.protobuf`, as prost-build names it.
fn in_runtime(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((outer, name)) => format!("svc::wkt::{}::{name}", Ident::snake(outer)),
        None => format!("svc::wkt::{name}"),
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
            "Clone" => "clone",
            "Debug" => "fmt",
            "Default" => "default",
            "From" => "convert",
            "Option" => "option",
            "Send" | "Sized" | "Sync" => "marker",
            "String" => "string",
            _ => "vec",
        };
        format!("::std::{module}::{name}")
    }

    /// Whether it has messages or enums.
    pub fn has_types(&self) -> bool {
        !self.messages.is_empty() || !self.enums.is_empty()
    }

    /// `Send`.
    pub fn send(&self) -> String {
        self.prelude("Send")
    }

    /// The macro `Clone`.
    pub fn clone_macro(&self) -> String {
        self.prelude("Clone")
    }

    /// The macro `Debug`.
    pub fn debug_macro(&self) -> String {
        self.prelude("Debug")
    }

    /// `Default`.
    pub fn default(&self) -> String {
        self.prelude("Default")
    }

    /// `Sized`.
    pub fn sized(&self) -> String {
        self.prelude("Sized")
    }

    /// `Sync`.
    pub fn sync(&self) -> String {
        self.prelude("Sync")
    }
}
