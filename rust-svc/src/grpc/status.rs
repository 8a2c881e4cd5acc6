//! [`Error`] as the status of a gRPC call.

use std::error::Error as _;

use bytes::Bytes;
use prost::Message as _;
use tonic::metadata::MetadataMap;

use super::metadata;
use crate::{Code, Error, rpc};

/// The status of an error: code and message, details as `google.rpc.Status` if there are any, metadata for the
/// trailers. The source stays here.
pub(crate) fn to_status(error: &Error) -> tonic::Status {
    let metadata = MetadataMap::from_headers(metadata::into_headers(error.metadata()));
    let code = tonic::Code::from_i32(error.code().number());
    tonic::Status::with_details_and_metadata(code, error.message(), details(error), metadata)
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
    let status = rpc::Status::from(error);
    if status.details.is_empty() { Bytes::new() } else { status.encode_to_vec().into() }
}

#[cfg(test)]
mod tests {
    use std::{error::Error as _, io, sync::Arc, time::Duration};

    use super::{from_status, to_status};
    use crate::{Code, Error, Metadata, Violation, rpc};

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
        let violation = Violation { field: "items[0].sku".into(), description: "is required".into() };
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
