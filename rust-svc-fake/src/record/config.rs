//! The settings of a recording proxy.

use std::path::PathBuf;

/// The settings of a recording proxy.
#[derive(Clone, Debug)]
pub struct RecordConfig {
    /// The contract: an encoded `google.protobuf.FileDescriptorSet` with all imports.
    pub descriptors: Vec<u8>,
    /// The URL of the real server, such as `http://127.0.0.1:50051`.
    pub upstream: String,
    /// The address of the proxy.
    pub listen: String,
    /// The file that receives the scripts. Scripts are added to those that it has.
    pub out: PathBuf,
}
