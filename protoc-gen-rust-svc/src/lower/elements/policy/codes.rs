//! Status codes.

/// Status codes by their gRPC and Rust names.
pub(super) const CODES: &[(&str, &str)] = &[
    ("CANCELLED", "Cancelled"),
    ("UNKNOWN", "Unknown"),
    ("INVALID_ARGUMENT", "InvalidArgument"),
    ("DEADLINE_EXCEEDED", "DeadlineExceeded"),
    ("NOT_FOUND", "NotFound"),
    ("ALREADY_EXISTS", "AlreadyExists"),
    ("PERMISSION_DENIED", "PermissionDenied"),
    ("RESOURCE_EXHAUSTED", "ResourceExhausted"),
    ("FAILED_PRECONDITION", "FailedPrecondition"),
    ("ABORTED", "Aborted"),
    ("OUT_OF_RANGE", "OutOfRange"),
    ("UNIMPLEMENTED", "Unimplemented"),
    ("INTERNAL", "Internal"),
    ("UNAVAILABLE", "Unavailable"),
    ("DATA_LOSS", "DataLoss"),
    ("UNAUTHENTICATED", "Unauthenticated"),
];

/// The only code that is safe to retry for any method (AIP-194).
pub(super) const SAFE: &str = "Unavailable";

/// Returns the gRPC name of a code with this Rust name.
pub(super) fn grpc_name(rust: &'static str) -> &'static str {
    CODES.iter().find(|(_, known)| *known == rust).map_or(rust, |(name, _)| name)
}
