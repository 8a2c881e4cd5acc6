//! Timeouts and sizes.

use super::merge::{Merge, Owner};
use crate::read::call_policy::CallPolicy;

/// A timeout or a size.
struct Limit {
    name: &'static str,
    number: i32,
    /// The call on the constant of the method.
    call: &'static str,
    field: fn(&CallPolicy) -> &String,
}

/// The maximum of the deadline.
const MAX_DEADLINE: Limit =
    Limit { name: "max_deadline", number: 5, call: "max_timeout_ms", field: |policy| &policy.max_deadline };

const ATTEMPT_TIMEOUT: Limit =
    Limit { name: "attempt_timeout", number: 6, call: "attempt_timeout_ms", field: |policy| &policy.attempt_timeout };

/// The timeouts of streamed responses.
const STREAM_TIMEOUTS: [Limit; 3] = [
    Limit { name: "open_timeout", number: 7, call: "open_timeout_ms", field: |policy| &policy.open_timeout },
    Limit { name: "idle_timeout", number: 8, call: "idle_timeout_ms", field: |policy| &policy.idle_timeout },
    Limit { name: "total_timeout", number: 9, call: "total_timeout_ms", field: |policy| &policy.total_timeout },
];

impl Merge<'_> {
    /// Returns the timeouts and sizes besides the deadline: calls on the constant of the method.
    pub(super) fn limits(&mut self, deadline: Option<u64>) -> Vec<(&'static str, u64)> {
        let mut limits = Vec::new();
        let max = self.limit(&MAX_DEADLINE);
        self.check_order(deadline, max, "`deadline` exceeds `max_deadline`", MAX_DEADLINE.number);
        limits.extend(max.map(|max| (MAX_DEADLINE.call, max)));
        if let Some(attempt) = self.limit(&ATTEMPT_TIMEOUT) {
            let is_unary = !self.method.server_streaming;
            let message = "`attempt_timeout` exceeds `deadline`";
            self.check_order(Some(attempt), deadline.filter(|_| is_unary), message, ATTEMPT_TIMEOUT.number);
            limits.push((ATTEMPT_TIMEOUT.call, attempt));
        }
        limits.extend(STREAM_TIMEOUTS.iter().filter_map(|limit| Some((limit.call, self.stream_timeout(limit)?))));
        let (request, response) =
            (self.pick(|policy| policy.max_request_bytes), self.pick(|policy| policy.max_response_bytes));
        limits.extend(request.map(|(_, bytes)| ("max_request_bytes", bytes.into())));
        limits.extend(response.map(|(_, bytes)| ("max_response_bytes", bytes.into())));
        limits
    }

    fn limit(&mut self, limit: &Limit) -> Option<u64> {
        self.duration(limit.name, &[limit.number], limit.field)
    }

    /// Returns a timeout of streamed responses. The defaults of a service apply only to its methods with one.
    fn stream_timeout(&mut self, limit: &Limit) -> Option<u64> {
        let millis = self.limit(limit)?;
        if self.method.server_streaming {
            return Some(millis);
        }
        let own = self.pick(|policy| Some((limit.field)(policy)).filter(|text| !text.is_empty()).cloned());
        if own.is_some_and(|(owner, _)| owner == Owner::Method) {
            let message = format!("`{}` of a method that streams no response", limit.name);
            self.error("E0405", (Owner::Method, &[limit.number]), message, "use `deadline`, which bounds the call");
        }
        None
    }

    /// Reports a duration of a method that exceeds another one.
    fn check_order(&mut self, shorter: Option<u64>, longer: Option<u64>, message: &str, number: i32) {
        if shorter.zip(longer).is_some_and(|(shorter, longer)| shorter > longer) {
            let owner = self.pick(|policy| has_field(policy, number).then_some(()));
            let owner = owner.map_or(Owner::Method, |(owner, ())| owner);
            self.error("E0405", (owner, &[number]), message.to_owned(), "make it the shorter one");
        }
    }
}

fn has_field(policy: &CallPolicy, number: i32) -> bool {
    let limits = [&MAX_DEADLINE, &ATTEMPT_TIMEOUT];
    limits.into_iter().any(|limit| limit.number == number && !(limit.field)(policy).is_empty())
}
