//! Names that are too long for the files of rustdoc.

use crate::{
    diagnostics::{Diagnostics, Position},
    model::{Enum, Message, Service},
    names::Ident,
};

/// The longest file name of most file systems.
const LONGEST: usize = 255;

/// How many characters of a name a message shows.
const MAX_SHOWN: usize = 40;

/// Checks a message and its oneofs.
pub(super) fn check_message(message: &Message, diagnostics: &mut Diagnostics) {
    check("struct", message.rust.ident(), &message.position, diagnostics);
    for oneof in message.oneofs() {
        check("enum", oneof.rust.ident(), &oneof.position, diagnostics);
    }
}

/// Checks an enum.
pub(super) fn check_enum(item: &Enum, diagnostics: &mut Diagnostics) {
    check("enum", item.rust.ident(), &item.position, diagnostics);
}

/// Checks the types, functions and constants of a service.
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
        let start: String = name.chars().take(MAX_SHOWN).collect();
        let text =
            format!("the name of {kind} `{start}...` has {} characters, too many for a file of rustdoc", name.len());
        diagnostics.warning("W0606", position, text).help("shorten it; the code compiles, but `cargo doc` fails");
    }
}
