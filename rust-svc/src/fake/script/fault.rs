//! Failures of the transport.

use std::{fmt, str::FromStr};

use crate::{Code, Error, Metadata};

/// The key of the metadata that carries a fault to the server in memory.
const KEY: &str = "rust-svc-fault";

/// The code `REFUSED_STREAM` of HTTP/2.
const REFUSED_STREAM: u32 = 7;

/// A failure of the transport, which a script causes in place of an error.
///
/// `Server::in_memory` and `Server::local` carry it out. Elsewhere, as in a direct call of the fake, the call only fails with `UNAVAILABLE`.
///
/// ```
/// # use rust_svc::{Method, fake::{Fault, Session, Unary}};
/// # let check_stock: Unary<String, u32> = Session::lenient().fake(Method::unary("/inventory.v1.InventoryService/CheckStock"));
/// check_stock.fails(Fault::drop_connection().after_headers());
/// check_stock.fails_times(2, Fault::reset(8));
/// check_stock.always(7);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: FaultKind,
    point: FaultPoint,
}

/// The kind of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// The stream is reset with this code.
    Reset(u32),
    /// The connection is lost.
    DropConnection,
    /// The server sends GOAWAY with this code, as if it had not seen the call, and closes the connection.
    GoAway(u32),
    /// The connection is lost within a frame.
    TruncateFrame,
    /// Nothing more is sent.
    Stall,
    /// The response is a text.
    WrongContentType,
    /// The response ends without a status.
    MissingTrailers,
    /// The response is a page of a proxy.
    BadGateway,
}

/// The point of the response at which a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultPoint {
    BeforeHeaders,
    AfterHeaders,
    WithinMessage,
}

impl Fault {
    /// Refuses the call with `REFUSED_STREAM`: no service saw it.
    pub fn refuse() -> Self {
        Self::reset(REFUSED_STREAM)
    }

    /// Resets the stream with a code of HTTP/2, such as 8 for `CANCEL`.
    pub fn reset(code: u32) -> Self {
        Self::new(FaultKind::Reset(code))
    }

    /// Drops the connection, with all calls on it.
    pub fn drop_connection() -> Self {
        Self::new(FaultKind::DropConnection)
    }

    /// Sends GOAWAY with a code of HTTP/2, as a server that has not seen the call, and closes the connection.
    pub fn go_away(code: u32) -> Self {
        Self::new(FaultKind::GoAway(code))
    }

    /// Drops the connection within a frame.
    pub fn truncate_frame() -> Self {
        Self::new(FaultKind::TruncateFrame)
    }

    /// Sends nothing more, and keeps the call open.
    pub fn stall() -> Self {
        Self::new(FaultKind::Stall)
    }

    /// Responds with plain text in place of gRPC.
    pub fn wrong_content_type() -> Self {
        Self::new(FaultKind::WrongContentType)
    }

    /// Ends the response without a status.
    pub fn missing_trailers() -> Self {
        Self::new(FaultKind::MissingTrailers)
    }

    /// Responds as a proxy that does not reach its server: with status 502 and a page in HTML.
    pub fn bad_gateway() -> Self {
        Self::new(FaultKind::BadGateway)
    }

    /// Lets the fault happen after the headers of the response. By default no part of the response is sent before it.
    #[must_use]
    pub fn after_headers(self) -> Self {
        Self { point: FaultPoint::AfterHeaders, ..self }
    }

    /// Lets the fault happen within a message of the response.
    #[must_use]
    pub fn within_message(self) -> Self {
        Self { point: FaultPoint::WithinMessage, ..self }
    }

    fn new(kind: FaultKind) -> Self {
        Self { kind, point: FaultPoint::BeforeHeaders }
    }
}

#[cfg_attr(not(all(feature = "client", feature = "server")), allow(dead_code, reason = "a server in memory uses it"))]
impl Fault {
    pub(crate) const KEY: &'static str = KEY;

    pub(crate) fn kind(self) -> FaultKind {
        self.kind
    }

    pub(crate) fn point(self) -> FaultPoint {
        self.point
    }
}

/// A script that fails with the error causes the fault.
impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let mut metadata = Metadata::new();
        // Key and value are valid.
        let _ = metadata.append(KEY, fault.to_string());
        Self::new(Code::Unavailable, format!("a script causes the fault `{fault}`")).with_metadata(metadata)
    }
}

/// Displays as in `reset 8 after-headers`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            FaultKind::Reset(code) => write!(f, "reset {code}")?,
            FaultKind::GoAway(code) => write!(f, "go-away {code}")?,
            kind => f.write_str(name(kind))?,
        }
        match self.point {
            FaultPoint::BeforeHeaders => Ok(()),
            FaultPoint::AfterHeaders => f.write_str(" after-headers"),
            FaultPoint::WithinMessage => f.write_str(" within-message"),
        }
    }
}

/// Parses what [`Display`](fmt::Display) writes.
impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a fault");
        let mut words = text.split(' ').peekable();
        let kind = words.next().ok_or_else(wrong)?;
        let code = words.next_if(|word| word.bytes().all(|byte| byte.is_ascii_digit())).map(str::parse);
        let kind = match (kind, code) {
            ("reset", Some(Ok(code))) => FaultKind::Reset(code),
            ("go-away", Some(Ok(code))) => FaultKind::GoAway(code),
            (kind, None) => SIMPLE.into_iter().find(|simple| name(*simple) == kind).ok_or_else(wrong)?,
            _ => return Err(wrong()),
        };
        match (words.next(), words.next()) {
            (None, _) => Ok(Self::new(kind)),
            (Some("after-headers"), None) => Ok(Self::new(kind).after_headers()),
            (Some("within-message"), None) => Ok(Self::new(kind).within_message()),
            _ => Err(wrong()),
        }
    }
}

/// The kinds without a code.
const SIMPLE: [FaultKind; 6] = [
    FaultKind::DropConnection,
    FaultKind::TruncateFrame,
    FaultKind::Stall,
    FaultKind::WrongContentType,
    FaultKind::MissingTrailers,
    FaultKind::BadGateway,
];

fn name(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Reset(_) => "reset",
        FaultKind::GoAway(_) => "go-away",
        FaultKind::DropConnection => "drop-connection",
        FaultKind::TruncateFrame => "truncate-frame",
        FaultKind::Stall => "stall",
        FaultKind::WrongContentType => "wrong-content-type",
        FaultKind::MissingTrailers => "missing-trailers",
        FaultKind::BadGateway => "bad-gateway",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_parsed_as_they_are_displayed() {
        let simple = SIMPLE.map(Fault::new);
        let faults = [Fault::reset(0), Fault::refuse(), Fault::go_away(u32::MAX)].into_iter().chain(simple);
        for fault in faults.flat_map(|fault| [fault, fault.after_headers(), fault.within_message()]) {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        for text in ["", "reset", "reset x", "stall 3", "stall soon", "stall after-headers now"] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
