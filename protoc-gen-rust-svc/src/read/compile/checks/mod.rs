//! Rules of protobuf that protoc enforces and protox does not.

mod all;
mod enum_use;
mod enum_values;
mod enums;
mod extensions;
mod fields;
mod json_names;
mod lite;
mod messages;
mod methods;
mod options;
mod statements;
mod walk;

pub(super) use self::all::{check, check_parsed};
