//! The messages of the options that the generator reads.

/// A message of an option, or a value without fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schema {
    HttpRule,
    CustomPattern,
    CallPolicy,
    Retry,
    Breaker,
    Hedge,
    Bulkhead,
    Value,
}

impl Schema {
    /// The message of an option, by its number.
    pub(super) fn of_option(number: i32) -> Option<Self> {
        match number {
            72_295_728 => Some(Self::HttpRule),
            50_701 | 50_702 => Some(Self::CallPolicy),
            _ => None,
        }
    }

    /// The name and type of a field.
    pub(super) fn field(self, number: i32) -> Option<(&'static str, Self)> {
        let field = match (self, number) {
            (Self::HttpRule, 8) => ("custom", Self::CustomPattern),
            (Self::HttpRule, 11) => ("additional_bindings", Self::HttpRule),
            (Self::CallPolicy, 2) => ("retry", Self::Retry),
            (Self::CallPolicy, 3) => ("breaker", Self::Breaker),
            (Self::CallPolicy, 10) => ("hedge", Self::Hedge),
            (Self::CallPolicy, 11) => ("bulkhead", Self::Bulkhead),
            (schema, number) => (schema.value(number)?, Self::Value),
        };
        Some(field)
    }

    fn value(self, number: i32) -> Option<&'static str> {
        let names: &[&str] = match self {
            Self::HttpRule => {
                &["selector", "get", "put", "post", "delete", "patch", "body", "", "", "", "", "response_body"]
            }
            Self::CustomPattern => &["kind", "path"],
            Self::CallPolicy => &[
                "deadline",
                "",
                "",
                "idempotency_key",
                "max_deadline",
                "attempt_timeout",
                "open_timeout",
                "idle_timeout",
                "total_timeout",
                "",
                "",
                "wait_for_ready",
                "max_request_bytes",
                "max_response_bytes",
            ],
            Self::Retry => &["max_attempts", "initial_backoff", "max_backoff", "multiplier", "codes"],
            Self::Breaker => &[
                "window",
                "min_calls",
                "failure_percent",
                "open",
                "probes",
                "disabled",
                "slow_call",
                "slow_percent",
                "group",
            ],
            Self::Hedge => &["max_attempts", "delay", "codes"],
            Self::Bulkhead => &["max_in_flight", "max_queued"],
            Self::Value => &[],
        };
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        names.get(index).copied().filter(|name| !name.is_empty())
    }

    /// Whether a field is repeated, so that an index follows its number in a path.
    pub(super) fn is_repeated(self, number: i32) -> bool {
        matches!((self, number), (Self::HttpRule, 11) | (Self::Retry, 5) | (Self::Hedge, 3))
    }
}
