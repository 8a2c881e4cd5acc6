//! Names that become the names of files: `cargo doc` writes a page for each type, function and constant.

use crate::{
    diagnostics::{Diagnostics, Position},
    model::{Enum, Message, Service},
    names::Ident,
};

/// The longest name of a file.
const LONGEST: usize = 255;

/// How much of a name is told.
const SHOWN: usize = 40;

/// A message, or a oneof of it.
pub(super) fn check_message(message: &Message, diagnostics: &mut Diagnostics) {
    check("struct", message.rust.ident(), &message.position, diagnostics);
    for oneof in message.oneofs() {
        check("enum", oneof.rust.ident(), &oneof.position, diagnostics);
    }
}

/// An enum.
pub(super) fn check_enum(item: &Enum, diagnostics: &mut Diagnostics) {
    check("enum", item.rust.ident(), &item.position, diagnostics);
}

/// A service, and what is made of it and its methods.
pub(super) fn check_service(service: &Service, diagnostics: &mut Diagnostics) {
    let types = [("trait", &service.ident), ("struct", &service.client), ("struct", &service.fake)];
    for (kind, ident) in types.into_iter().chain([("fn", &service.adapter), ("fn", &service.gateway)]) {
        check(kind, ident, &service.position, diagnostics);
    }
    for method in &service.methods {
        check("constant", &method.constant, &method.position, diagnostics);
    }
}

fn check(kind: &str, ident: &Ident, position: &Position, diagnostics: &mut Diagnostics) {
    let name = ident.plain();
    if format!("{kind}.{name}.html").len() > LONGEST {
        let start: String = name.chars().take(SHOWN).collect();
        let text = format!(
            "the {kind} `{start}...` has a name of {} letters, which rustdoc cannot make a page of",
            name.len()
        );
        diagnostics.warning("W0606", position, text).help("shorten the name: the code compiles, but `cargo doc` fails");
    }
}
