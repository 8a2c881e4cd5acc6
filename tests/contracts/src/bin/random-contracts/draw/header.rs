//! The header of the first file of a case: the options and comments that the build script reads.

use super::Draw;
use crate::contract::Kind;

/// Options of the plugin for types, which may have a scope.
const TYPES: &[&str] = &[
    "map=hash",
    "bytes=bytes",
    "timestamp=chrono",
    "timestamp=jiff",
    "timestamp=time",
    "duration=chrono",
    "duration=jiff",
    "duration=time",
];

/// Other options of the plugin.
const OTHERS: &[&str] = &["default_methods=unimplemented", "emit=all,json"];

impl Draw {
    pub(super) fn header(&mut self) {
        let mut header = vec!["// by: protoc".to_owned()];
        header.extend(TYPES.iter().filter_map(|option| self.option_for_types(option)));
        for option in OTHERS {
            if self.in_100(6) {
                header.push(format!("// opt: {option}"));
            }
        }
        if self.in_100(4) {
            self.notes.insert("// in: parts");
        } else if self.in_100(8) {
            header.push(format!("// opt: passthrough=.{}", self.any_message()));
            self.notes.insert("// not: read by others");
        }
        header.extend(self.notes.iter().map(|note| (*note).to_owned()));
        self.contract.header = header;
    }

    /// An option for all types, or for those in a package or a message.
    fn option_for_types(&mut self, option: &str) -> Option<String> {
        if !self.in_100(8) {
            return None;
        }
        // The timestamps of this crate end before those of protobuf.
        self.notes.extend((option == "timestamp=jiff").then_some("// not: read by others"));
        // Timestamps of these crates have no default.
        let is_spoken = option == "timestamp=time" && self.speaks("Timestamp");
        self.notes.extend(is_spoken.then_some("// not: called with plain types"));
        let (name, value) = option.split_once('=')?;
        let package = &self.contract.files[0].package;
        Some(match self.rng.u32(..4) {
            0 if !package.is_empty() => format!("// opt: {name}=.{package}={value}"),
            1 => format!("// opt: {name}=.{}={value}", self.any_message()),
            _ => format!("// opt: {option}"),
        })
    }

    /// Whether a type of `google.protobuf` is a request or a response.
    fn speaks(&self, known: &'static str) -> bool {
        let services = self.contract.files.iter().flat_map(|file| &file.services);
        let mut rpcs = services.flat_map(|service| &service.rpcs);
        rpcs.any(|rpc| [&rpc.request, &rpc.response].contains(&&Kind::Known(known)))
    }

    fn any_message(&mut self) -> &str {
        &self.contract.messages[self.rng.usize(..self.contract.messages.len())].full
    }
}
