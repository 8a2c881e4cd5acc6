//! The size of the machine code in build outputs.

use std::{fs, path::Path};

use bench::error::Result;
use object::{Object, ObjectSection, SectionKind, read::archive::ArchiveFile};

/// The machine code of a program, in bytes.
pub(super) fn program(path: &Path) -> Result<f64> {
    text(&fs::read(path)?)
}

/// The machine code of a library, in bytes. It contains no generic functions.
pub(super) fn library(path: &Path) -> Result<f64> {
    let bytes = fs::read(path)?;
    let mut sum = 0.0;
    for member in ArchiveFile::parse(&*bytes)?.members() {
        let member = member?;
        if member.name().ends_with(b".o") {
            sum += text(member.data(&*bytes)?)?;
        }
    }
    Ok(sum)
}

fn text(bytes: &[u8]) -> Result<f64> {
    let file = object::File::parse(bytes)?;
    let sections = file.sections().filter(|section| section.kind() == SectionKind::Text);
    Ok(sections.map(|section| section.size() as f64).sum())
}
