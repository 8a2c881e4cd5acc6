//! [`Error`] as the status of a gRPC call.

use std::error::Error as _;

use bytes::Bytes;
use prost::Message as _;
use tonic::metadata::MetadataMap;

use super::metadata;
use crate::{Code, Error, types::rpc};

/// The longest message and the largest details, in bytes, that are sent. Encoded they are up to three times and a
/// third larger, and many clients take no more than 16 KiB of trailers: more would lose them the whole status.
const MAX_MESSAGE: usize = 2 * 1024;
const MAX_DETAILS: usize = 6 * 1024;

/// The status of an error: code and message, details as `google.rpc.Status` if there are any, metadata for the
/// trailers. The source stays here, and so does what is too large for trailers.
pub(crate) fn to_status(error: &Error) -> tonic::Status {
    let metadata = MetadataMap::from_headers(metadata::into_headers(error.metadata()));
    let code = tonic::Code::from_i32(error.code().number());
    tonic::Status::with_details_and_metadata(code, shortened(error.message()), details(error), metadata)
}

/// The error of a status. Details that are not `google.rpc.Status` are left out; a cause that the transport noted
/// becomes the source.
pub(crate) fn from_status(mut status: tonic::Status) -> Error {
    let code = Code::from_number(status.code().into()).unwrap_or(Code::Unknown);
    let details = rpc::Status::decode(status.details()).unwrap_or_default().details;
    let metadata = metadata::from_headers(&std::mem::take(status.metadata_mut()).into_headers());
    let error = rpc::Status { code: code.number(), message: status.message().to_owned(), details };
    let error = Error::from(error).with_metadata(metadata);
    if status.source().is_some() { error.with_source(status) } else { error }
}

fn details(error: &Error) -> Bytes {
    let mut status = rpc::Status::from(error);
    status.message = shortened(error.message()).to_owned();
    while status.encoded_len() > MAX_DETAILS {
        let Some(detail) = status.details.pop() else { break };
        tracing::warn!(detail = detail.type_url, "a detail of an error is too large to be sent");
    }
    if status.details.is_empty() { Bytes::new() } else { status.encode_to_vec().into() }
}

fn shortened(message: &str) -> &str {
    let end = (0..=MAX_MESSAGE.min(message.len())).rev().find(|end| message.is_char_boundary(*end));
    &message[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use std::{error::Error as _, io, sync::Arc, time::Duration};

    use super::{from_status, to_status};
    use crate::{Code, Error, Metadata, Violation, types::rpc};

    #[test]
    fn plain_errors_have_no_details() {
        for number in 1..=16 {
            let code = Code::from_number(number).expect("a code");
            let status = to_status(&Error::new(code, "no é"));
            assert_eq!((i32::from(status.code()), status.message(), status.details()), (number, "no é", &[][..]));
            let error = from_status(status);
            assert_eq!((error.code(), error.message()), (code, "no é"));
            assert!(error.details().is_empty() && error.source().is_none());
        }
    }

    #[test]
    fn everything_but_the_source_travels() {
        let mut metadata = Metadata::new();
        metadata.append("x-shard", "7").expect("metadata");
        metadata.append("x-shard", "8").expect("metadata");
        let info = rpc::ErrorInfo { reason: "SOLD_OUT".into(), ..Default::default() };
        let violation = Violation::new("items[0].sku", "is required").with_reason("REQUIRED");
        let error = Error::invalid_argument("wrong")
            .with_detail(info.clone())
            .with_violations([violation.clone()])
            .with_retry_delay(Duration::from_millis(1500))
            .with_metadata(metadata.clone())
            .with_source(io::Error::other("secret"));

        let status = to_status(&error);
        assert!(!format!("{status:?}").contains("secret"));
        let read = from_status(status);
        assert_eq!(read.detail::<rpc::ErrorInfo>(), Some(info));
        assert_eq!(read.violations(), [violation]);
        assert_eq!(read.retry_delay(), Some(Duration::from_millis(1500)));
        assert_eq!(read.metadata(), &metadata);
        assert!(read.source().is_none());
    }

    #[test]
    fn what_is_too_large_is_left_out() {
        let info = |size| rpc::ErrorInfo { reason: "x".repeat(size), ..Default::default() };
        let error = Error::new(Code::Aborted, "é".repeat(5000)).with_detail(info(10)).with_detail(info(5000));
        let read = from_status(to_status(&error));
        assert_eq!((read.message().len(), read.details()), (2048, &error.details()[..1]));
    }

    #[test]
    fn garbage_for_details_is_left_out() {
        let error = from_status(tonic::Status::with_details(tonic::Code::Aborted, "again", vec![255].into()));
        assert_eq!((error.code(), error.message(), error.details()), (Code::Aborted, "again", &[][..]));
    }

    #[test]
    fn a_cause_of_the_transport_becomes_the_source() {
        let mut status = tonic::Status::unavailable("gone");
        status.set_source(Arc::new(io::Error::other("reset")));
        assert!(from_status(status).source().is_some());
    }
}
