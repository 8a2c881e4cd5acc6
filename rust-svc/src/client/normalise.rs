//! Errors of the transport as codes of gRPC.
//!
//! What happened is in the chain of sources, whatever the error says that was made of it.

use std::error::Error as StdError;

use super::{
    channel::Unreachable,
    connection::{TooLarge, Unsent},
    failure::{Cause, Failure},
};
use crate::{Code, Error};
use h2::Reason;
use tonic::{ConnectError, TimeoutExpired};

pub(crate) use crate::error::BoxError;

/// The failure of a request that got no answer. The message tells no address: it may reach a caller's caller.
pub(crate) fn broken(method: &str, error: BoxError) -> Failure {
    let (cause, code) = match find(&*error) {
        Some(found) => found,
        None => match error.downcast::<tonic::Status>() {
            Ok(status) if status.source().is_none() => return Failure::new(Cause::Peer, Error::from(*status)),
            Ok(status) => return failure(method, Cause::Broken, Code::Unavailable, status),
            Err(error) => return failure(method, Cause::Broken, Code::Unavailable, error),
        },
    };
    failure(method, cause, code, error)
}

fn failure(method: &str, cause: Cause, code: Code, source: BoxError) -> Failure {
    let what = match cause {
        Cause::NeverSent | Cause::Silent => "cannot be reached",
        Cause::Refused => "refused the call",
        Cause::Local => "does not take headers as large as those of the call",
        _ if code == Code::DeadlineExceeded => "did not answer in time",
        _ if code == Code::Unavailable => "went away",
        _ => "reset the call",
    };
    Failure::new(cause, Error::new(code, format!("{method} {what}")).with_source(source))
}

fn find(error: &(dyn StdError + 'static)) -> Option<(Cause, Code)> {
    recognise(error).or_else(|| find(error.source()?))
}

fn recognise(error: &(dyn StdError + 'static)) -> Option<(Cause, Code)> {
    if let Some(unreachable) = error.downcast_ref::<Unreachable>() {
        let cause = if unreachable.is_silent() { Cause::Silent } else { Cause::NeverSent };
        return Some((cause, Code::Unavailable));
    }
    if error.is::<Unsent>() {
        return Some((Cause::NeverSent, Code::Unavailable));
    }
    if error.is::<TooLarge>() {
        return Some((Cause::Local, Code::ResourceExhausted));
    }
    let found = error.downcast_ref::<h2::Error>().map(of_h2);
    found.or_else(|| of_tonic(error))
}

/// What a channel of tonic says, which can be the service that is called.
fn of_tonic(error: &(dyn StdError + 'static)) -> Option<(Cause, Code)> {
    // tonic reads the header that tells the server the deadline, and has a timer of its own for it.
    if error.is::<TimeoutExpired>() {
        return Some((Cause::Peer, Code::DeadlineExceeded));
    }
    // Canceled is hyper's word for a request that found the connection closed; what was sent has an error of h2.
    let canceled = error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled);
    (canceled || error.is::<ConnectError>()).then_some((Cause::NeverSent, Code::Unavailable))
}

/// The codes of the gRPC protocol for the reasons of HTTP/2.
fn of_h2(error: &h2::Error) -> (Cause, Code) {
    // Only streams that the server has not looked at get this; the others end with the connection.
    if error.is_go_away() && error.is_remote() {
        return (Cause::Refused, Code::Unavailable);
    }
    match error.reason().filter(|_| error.is_reset()) {
        None => (Cause::Broken, Code::Unavailable),
        Some(Reason::REFUSED_STREAM) => (Cause::Refused, Code::Unavailable),
        Some(Reason::CANCEL) => (Cause::Broken, Code::Cancelled),
        Some(Reason::ENHANCE_YOUR_CALM) => (Cause::Broken, Code::ResourceExhausted),
        Some(Reason::INADEQUATE_SECURITY) => (Cause::Broken, Code::PermissionDenied),
        Some(_) => (Cause::Broken, Code::Internal),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn unknown_errors_are_a_server_that_went_away() {
        for error in [BoxError::from(io::Error::other("secret")), "secret".into()] {
            let failure = broken("test.v1.Test/Get", error);
            assert_eq!((failure.cause, failure.error.code()), (Cause::Broken, Code::Unavailable));
            assert_eq!(failure.error.message(), "test.v1.Test/Get went away");
            assert!(failure.error.source().is_some());
        }
    }

    #[test]
    fn a_connection_that_cannot_be_made() {
        let error = Unreachable::because(io::Error::other("10.0.0.7 refused"));
        let failure = broken("test.v1.Test/Get", error.into());
        assert_eq!((failure.cause, failure.error.code()), (Cause::NeverSent, Code::Unavailable));
        assert_eq!(failure.error.message(), "test.v1.Test/Get cannot be reached");
    }

    #[test]
    fn a_status_of_a_service_in_this_process() {
        let failure = broken("test.v1.Test/Get", tonic::Status::not_found("no such item").into());
        assert_eq!((failure.cause, failure.error.code()), (Cause::Peer, Code::NotFound));
        assert_eq!(failure.error.message(), "no such item");
    }
}
