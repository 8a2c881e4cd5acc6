//! The settings of a fake server.

use std::path::PathBuf;

/// The settings of a fake server.
#[derive(Clone, Debug, Default)]
pub struct FakeConfig {
    /// The contract: an encoded `google.protobuf.FileDescriptorSet` with all imports.
    pub descriptors: Vec<u8>,
    /// Files of scripts, and folders of such files. They are read again when they change.
    pub scripts: Vec<PathBuf>,
    /// The address, such as `127.0.0.1:50051`.
    pub listen: String,
    /// Whether services with standard methods keep resources.
    pub resources: bool,
}
