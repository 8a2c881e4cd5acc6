//! Contracts that protoc and the built-in reader judge differently, and the known ones among them.

use std::fmt;

/// A contract that one of the compilers accepts.
pub(crate) struct Difference {
    /// The one that accepts it: `protoc`, `reader`, or `both` with different descriptors.
    pub(crate) accepts: &'static str,
    /// The error of the other one, or what differs.
    pub(crate) text: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} accepts: {}", self.accepts, self.text)
    }
}

/// The known differences: who accepts, and a part of the error of the other.
pub(crate) struct Differences(Vec<(String, String)>);

impl Differences {
    /// Reads lines of `ACCEPTS | PART OF THE ERROR | REASON`.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(known).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn contains(&self, difference: &Difference) -> bool {
        self.0.iter().any(|(accepts, part)| accepts == difference.accepts && difference.text.contains(part.as_str()))
    }
}

fn known(line: &str) -> Result<(String, String), String> {
    let parts: Vec<_> = line.split(" | ").map(str::trim).collect();
    let [accepts, part, _reason] = parts[..] else { return Err(format!("expected three parts: {line}")) };
    Ok((accepts.to_owned(), part.to_owned()))
}

/// The text that differences of one kind have in common: the first line without file, quoted words and numbers.
pub(crate) fn kind(text: &str) -> String {
    let mut is_quoted = false;
    let first = text.lines().next().unwrap_or_default();
    let message = first.rsplit_once(".proto:").map_or(first, |(_, message)| message);
    let plain = message.chars().filter(|character| {
        is_quoted ^= ['`', '"'].contains(character);
        !is_quoted && !character.is_ascii_digit()
    });
    plain.take(140).collect()
}
