//! The close frame of a WebSocket, which tells the status of its call.

use axum::extract::ws::{CloseFrame, close_code};

use crate::Error;

/// The close code of the gRPC code 0. Codes from 4000 on are those of applications.
const FIRST: u16 = 4_000;
/// The longest reason of a close frame, in bytes.
const MAX_REASON: usize = 123;

/// Returns the close frame of a call: 1000 for success, or 4000 and the number of the gRPC code.
pub(super) fn frame(status: &Result<(), Error>) -> CloseFrame {
    let (code, reason) = match status {
        Ok(()) => (close_code::NORMAL, String::new()),
        Err(error) => {
            // The numbers of gRPC codes are 0 to 16.
            let number = u16::try_from(error.code().number()).unwrap_or_default();
            (FIRST + number, format!("{}: {}", error.code().name(), error.message()))
        }
    };
    CloseFrame { code, reason: truncated(&reason).into() }
}

/// Returns whether a caller closed the socket because it has all that it wants.
pub(super) fn is_normal(frame: Option<&CloseFrame>) -> bool {
    frame.is_none_or(|frame| matches!(frame.code, close_code::NORMAL | close_code::STATUS))
}

fn truncated(reason: &str) -> &str {
    let end = (0..=reason.len().min(MAX_REASON)).rev().find(|end| reason.is_char_boundary(*end));
    &reason[..end.unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::frame;
    use crate::Error;

    #[test]
    fn the_status_is_the_code_and_the_reason() {
        let sent = |status: Result<(), Error>| {
            let frame = frame(&status);
            (frame.code, frame.reason.as_str().to_owned())
        };
        assert_eq!(sent(Ok(())), (1000, String::new()));
        assert_eq!(sent(Err(Error::not_found("no such room"))), (4005, "NOT_FOUND: no such room".to_owned()));
        let (code, reason) = sent(Err(Error::unauthenticated("ä".repeat(100))));
        assert_eq!((code, reason.len()), (4016, 123));
    }
}
