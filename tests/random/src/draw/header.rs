//! What the first file of a case says to the build script: with which options it is generated, and how.

use super::Draw;

/// Options of the plugin for types, which may hold for a part of them.
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

    /// For all types, or for those in a package or a message.
    fn option_for_types(&mut self, option: &str) -> Option<String> {
        if !self.in_100(8) {
            return None;
        }
        // Its times end before those of protobuf.
        self.notes.extend((option == "timestamp=jiff").then_some("// not: read by others"));
        let (name, value) = option.split_once('=')?;
        let package = &self.contract.files[0].package;
        Some(match self.rng.u32(..4) {
            0 if !package.is_empty() => format!("// opt: {name}=.{package}={value}"),
            1 => format!("// opt: {name}=.{}={value}", self.any_message()),
            _ => format!("// opt: {option}"),
        })
    }

    fn any_message(&mut self) -> &str {
        &self.contract.messages[self.rng.usize(..self.contract.messages.len())].full
    }
}
