//! Failures of an attempt, from the errors of the transport.

use std::error::Error as StdError;

use crate::{
    Code, Error,
    client::{
        policy::{AttemptFailure, Cause},
        transport::{TransportErrorKind, classify},
    },
    error::BoxError,
};

/// Converts an error of the transport. The message names no address, because it may reach a caller's caller; the
/// source does.
pub(super) fn from_transport(method: &str, error: BoxError) -> AttemptFailure {
    match classify(&*error) {
        Some((TransportErrorKind::QueueOverflow, code)) => {
            let message = format!("too many calls wait for {method}");
            AttemptFailure::new(Cause::Local, Error::new(code, message).with_source(error))
        }
        Some((kind, code)) => failure(method, cause(kind), code, error),
        None => match find_error(&*error) {
            Some(error) => AttemptFailure::new(Cause::Peer, error.clone()),
            None => failure(method, Cause::Broken, Code::Unavailable, error),
        },
    }
}

/// Finds the error of a service in this process.
fn find_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Error> {
    error.downcast_ref().or_else(|| find_error(error.source()?))
}

fn cause(kind: TransportErrorKind) -> Cause {
    match kind {
        TransportErrorKind::NeverSent => Cause::NeverSent,
        TransportErrorKind::ConnectTimeout => Cause::ConnectTimeout,
        TransportErrorKind::Refused => Cause::Refused,
        TransportErrorKind::TooLarge | TransportErrorKind::QueueOverflow => Cause::Local,
        TransportErrorKind::Broken => Cause::Broken,
    }
}

fn failure(method: &str, cause: Cause, code: Code, source: BoxError) -> AttemptFailure {
    let what = match cause {
        Cause::NeverSent | Cause::ConnectTimeout => "cannot be reached",
        Cause::Refused => "refused the call",
        Cause::Local => "does not accept headers as large as those of the call",
        _ if code == Code::Unavailable => "went away",
        _ => "reset the call",
    };
    AttemptFailure::new(cause, Error::new(code, format!("{method} {what}")).with_source(source))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::client::transport::Unreachable;

    #[test]
    fn unknown_errors_are_a_broken_connection() {
        for error in [BoxError::from(io::Error::other("secret")), "secret".into()] {
            let failure = from_transport("test.v1.Test/Get", error);
            assert_eq!((failure.cause, failure.error.code()), (Cause::Broken, Code::Unavailable));
            assert_eq!(failure.error.message(), "test.v1.Test/Get went away");
            assert!(failure.error.source().is_some());
        }
    }

    #[test]
    fn a_failed_connect_was_never_sent() {
        let error = Unreachable::new(io::Error::other("10.0.0.7 refused"));
        let failure = from_transport("test.v1.Test/Get", error.into());
        assert_eq!((failure.cause, failure.error.code()), (Cause::NeverSent, Code::Unavailable));
        assert_eq!(failure.error.message(), "test.v1.Test/Get cannot be reached");
    }

    #[test]
    fn an_error_of_a_service_in_this_process_is_its_response() {
        let failure = from_transport("test.v1.Test/Get", Error::not_found("no such item").into());
        assert_eq!((failure.cause, failure.error.code()), (Cause::Peer, Code::NotFound));
        assert_eq!(failure.error.message(), "no such item");
    }
}
