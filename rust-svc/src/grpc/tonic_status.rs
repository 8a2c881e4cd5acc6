//! Conversions between [`Error`] and [`tonic::Status`].

use std::error::Error as _;

use prost::Message as _;
use tonic::{Status, metadata::MetadataMap};

use super::{metadata, status};
use crate::{Code, Error, types::rpc};

/// Keeps code, message, details and metadata. The source is left out: it is not for callers.
impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let metadata = MetadataMap::from_headers(metadata::into_headers(error.metadata()));
        let code = tonic::Code::from_i32(error.code().number());
        Self::with_details_and_metadata(code, error.message(), status::details(&error), metadata)
    }
}

/// Keeps code, message, details, metadata and source. Details that are not `google.rpc.Status` are ignored, and a status
/// of `OK`, which is no error, becomes `UNKNOWN`.
impl From<Status> for Error {
    fn from(mut status: Status) -> Self {
        let code = Code::from_number(status.code().into()).unwrap_or(Code::Unknown);
        let details = rpc::Status::decode(status.details()).unwrap_or_default().details;
        let metadata = metadata::from_headers(&std::mem::take(status.metadata_mut()).into_headers());
        let error = rpc::Status { code: code.number(), message: status.message().to_owned(), details };
        let error = Self::from(error).with_metadata(metadata);
        if status.source().is_some() { error.with_source(status) } else { error }
    }
}

#[cfg(test)]
mod tests {
    use std::{error::Error as _, io, sync::Arc};

    use tonic::Status;

    use crate::{Code, Error, Metadata, types::rpc};

    #[test]
    fn an_error_is_converted_to_a_status_and_back() {
        let mut metadata = Metadata::new();
        metadata.append("x-shard", "7").expect("metadata");
        let info = rpc::ErrorInfo { reason: "SOLD_OUT".into(), ..Default::default() };
        let error = Error::new(Code::Aborted, "no é").with_detail(info.clone()).with_metadata(metadata.clone());
        let status = Status::from(error.with_source(io::Error::other("secret")));
        assert_eq!((status.code(), status.message()), (tonic::Code::Aborted, "no é"));
        assert!(!format!("{status:?}").contains("secret"));
        let error = Error::from(status);
        assert_eq!((error.code(), error.message()), (Code::Aborted, "no é"));
        assert_eq!((error.detail::<rpc::ErrorInfo>(), error.metadata()), (Some(info), &metadata));
        assert!(error.source().is_none());
    }

    #[test]
    fn malformed_details_are_ignored() {
        let status = Status::with_details(tonic::Code::Aborted, "again", vec![255].into());
        let error = Error::from(status);
        assert_eq!((error.code(), error.message(), error.details()), (Code::Aborted, "again", &[][..]));
        assert_eq!(Error::from(Status::ok("")).code(), Code::Unknown);
    }

    #[test]
    fn the_source_of_a_status_is_kept() {
        let mut status = Status::unavailable("gone");
        status.set_source(Arc::new(io::Error::other("reset")));
        assert!(Error::from(status).source().is_some());
    }
}
