//! The lint for runs without declarations.

use crate::{
    diagnostics::{Diagnostics, Position},
    read::{Input, descriptor::FileDescriptor},
};

/// Reports that the files of a run declare nothing to generate code for.
pub fn check_declarations(input: &Input, diagnostics: &mut Diagnostics) {
    let mut files = input.files.iter().map(|file| &file.descriptor).filter(|file| input.generate.contains(&file.name));
    let Some(first) = files.next().filter(|file| declares_nothing(file)) else { return };
    if !files.all(declares_nothing) {
        return;
    }
    let position = Position { file: first.name.clone(), line: 1, column: 1 };
    let message = match input.generate.len() {
        1 => "no message, enum or service in this file".to_owned(),
        count => format!("no message, enum or service in this file, nor in the others of this run ({count} files)"),
    };
    let help = "name the files that declare them; imported files are not generated";
    diagnostics.warning("W0610", &position, message).help(help);
}

/// Extensions have uses that are not generated code.
fn declares_nothing(file: &FileDescriptor) -> bool {
    let FileDescriptor { message_type, enum_type, service, extension, .. } = file;
    message_type.is_empty() && enum_type.is_empty() && service.is_empty() && extension.is_empty()
}
