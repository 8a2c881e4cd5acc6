//! The files that prost-build generates messages from.

use prost::Message as _;
use prost_types::FileDescriptorProto;

use super::names::WireNames;
use crate::{
    diagnostics::Diagnostics,
    model::Origin,
    read::{File, without_options},
};

/// A file with the names that prost-build should see.
#[derive(Debug)]
pub struct WireFile {
    /// The protobuf package.
    pub package: String,
    /// The origin of its messages.
    pub origin: Origin,
    /// Whether this run generates its messages.
    pub is_generated: bool,
    /// The renamed descriptor.
    pub descriptor: FileDescriptorProto,
}

impl WireNames<'_> {
    /// Every generated or referenced file, renamed.
    pub(crate) fn files(&self, diagnostics: &mut Diagnostics) -> Vec<WireFile> {
        let referred = self.packages.referred(self.input);
        let wanted = self.input.files.iter().filter(|file| referred.contains(&file.descriptor.name));
        wanted.filter_map(|file| Some(self.wire_file(file, decoded(file, diagnostics)?))).collect()
    }

    fn wire_file(&self, file: &File, descriptor: FileDescriptorProto) -> WireFile {
        let package = file.descriptor.package.clone();
        WireFile {
            origin: self.packages.origin(&package),
            is_generated: self.packages.is_generated(&file.descriptor.name),
            descriptor: self.file(descriptor),
            package,
        }
    }
}

/// Decodes a file for prost-build, without options of other languages.
fn decoded(file: &File, diagnostics: &mut Diagnostics) -> Option<FileDescriptorProto> {
    let bytes = without_options(&file.bytes).unwrap_or_default();
    let decoded = FileDescriptorProto::decode(&*bytes);
    let result = decoded.map_err(|error| {
        let message = format!("the file is not a FileDescriptorProto: {error}");
        diagnostics.error("E0003", &file.source.position(&[]), message);
    });
    result.ok()
}
