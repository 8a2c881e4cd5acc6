//! A contract that is being drawn.

/// The files of a case, and all types in them.
#[derive(Debug, Default)]
pub(crate) struct Contract {
    /// The lines of the first file that the build script reads.
    pub(crate) header: Vec<String>,
    pub(crate) files: Vec<File>,
    pub(crate) messages: Vec<Message>,
    pub(crate) enums: Vec<Enum>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Syntax {
    Proto2,
    Proto3,
    Edition2023,
    Edition2024,
}

#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) syntax: Syntax,
    pub(crate) package: String,
    pub(crate) imports: Vec<Import>,
    /// The imports of files of protoc or of this repository.
    pub(crate) known: Vec<&'static str>,
    /// Options, features among them.
    pub(crate) options: Vec<String>,
    pub(crate) features: Features,
    pub(crate) extends: Vec<Extend>,
    pub(crate) services: Vec<Service>,
}

/// The features of fields and enums that set none themselves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Features {
    pub(crate) is_implicit: bool,
    pub(crate) is_closed: bool,
    /// Whether JSON names of fields may collide.
    pub(crate) is_lenient: bool,
}

#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) file: usize,
    pub(crate) is_public: bool,
}

/// The scope of a type or an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    File(usize),
    Message(usize),
}

#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) name: String,
    pub(crate) full: String,
    pub(crate) file: usize,
    pub(crate) place: Place,
    /// `export` or `local`, with a space after it.
    pub(crate) visibility: &'static str,
    /// Whether other files may use it.
    pub(crate) is_visible: bool,
    /// Whether it is printed as part of its field.
    pub(crate) is_group: bool,
    pub(crate) fields: Vec<Field>,
    pub(crate) oneofs: Vec<String>,
    /// Options, reserved names and numbers, ranges for extensions.
    pub(crate) statements: Vec<String>,
    pub(crate) is_extensible: bool,
    pub(crate) extends: Vec<Extend>,
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) number: u32,
    pub(crate) options: Vec<String>,
    pub(crate) oneof: Option<usize>,
}

/// The type of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Scalar(&'static str),
    Message(usize),
    Group(usize),
    Enum(usize),
    /// A type of `google.protobuf`.
    Known(&'static str),
    Map(&'static str, Box<Kind>),
}

#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) full: String,
    pub(crate) file: usize,
    pub(crate) place: Place,
    pub(crate) visibility: &'static str,
    pub(crate) is_visible: bool,
    pub(crate) is_closed: bool,
    pub(crate) statements: Vec<String>,
    pub(crate) values: Vec<Value>,
}

#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) name: String,
    pub(crate) number: i32,
    pub(crate) options: Vec<String>,
}

/// An `extend` block.
#[derive(Debug)]
pub(crate) struct Extend {
    pub(crate) message: usize,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) options: Vec<String>,
    pub(crate) rpcs: Vec<Rpc>,
}

#[derive(Debug)]
pub(crate) struct Rpc {
    pub(crate) name: String,
    pub(crate) request: Kind,
    pub(crate) response: Kind,
    pub(crate) takes_stream: bool,
    pub(crate) gives_stream: bool,
    pub(crate) options: Vec<String>,
}

impl Syntax {
    pub(crate) fn is_edition(self) -> bool {
        self >= Self::Edition2023
    }
}

impl Enum {
    /// Whether the enum has a value with this number.
    pub(crate) fn has_number(&self, number: i32) -> bool {
        self.values.iter().any(|value| value.number == number)
    }
}

impl Field {
    pub(crate) fn is_repeated(&self) -> bool {
        self.label == "repeated " || matches!(self.kind, Kind::Map(..))
    }
}

impl Contract {
    /// The full name of the scope of a place.
    pub(crate) fn scope(&self, place: Place) -> &str {
        match place {
            Place::File(file) => &self.files[file].package,
            Place::Message(message) => &self.messages[message].full,
        }
    }

    /// The files whose types a file may use: itself, what it imports, and what these import publicly.
    pub(crate) fn seen(&self, file: usize) -> Vec<usize> {
        let mut seen = vec![file];
        let mut todo: Vec<_> = self.files[file].imports.iter().map(|import| import.file).collect();
        while let Some(file) = todo.pop() {
            let public = self.files[file].imports.iter().filter(|import| import.is_public);
            todo.extend(public.map(|import| import.file));
            seen.push(file);
        }
        seen
    }
}

/// A name within a scope; the outermost scope has no name.
pub(crate) fn within(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}
