//! Answers in place of a failed server.

use std::{
    any::{Any, type_name},
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;

use crate::{Code, Error, Method, Result};

/// The most requests whose last response is kept.
const MAX_VALUES: usize = 1024;

/// An answer in place of a server that failed: after all retries with `UNAVAILABLE`, `DEADLINE_EXCEEDED`,
/// `RESOURCE_EXHAUSTED`, `INTERNAL`, `UNKNOWN` or `DATA_LOSS`, or because a circuit breaker or a bulkhead rejects the
/// call. Other errors reach the caller.
///
/// [`Context::fallback`](crate::Context::fallback) returns whether a call was answered so. Metrics and traces count the
/// call as failed.
pub struct Fallback<R>(AnswerSource<R>);

/// A function of one argument.
type SharedFn<Argument, R> = Box<dyn Fn(&Argument) -> R + Send + Sync>;

enum AnswerSource<R> {
    Constant(R, SharedFn<R, R>),
    Function(SharedFn<Error, Result<R>>),
    LastValue(Mutex<LastValues<R>>, SharedFn<R, R>),
}

/// The last responses by request, the oldest first.
struct LastValues<R> {
    values: HashMap<Bytes, R>,
    requests: VecDeque<Bytes>,
}

/// The fallbacks of a client, by the path of their method.
#[derive(Clone, Default)]
pub(crate) struct Fallbacks(HashMap<&'static str, MethodFallback>);

/// The fallback of a method. Its type is known when a call has a response.
#[derive(Clone)]
struct MethodFallback {
    method: &'static str,
    is_of_stream: bool,
    answer: Arc<dyn Any + Send + Sync>,
    type_name: &'static str,
    name: &'static str,
}

impl<R: Send + Sync + 'static> Fallback<R> {
    /// Answers with the same value each time.
    pub fn constant(value: R) -> Self
    where
        R: Clone,
    {
        Self(AnswerSource::Constant(value, Box::new(R::clone)))
    }

    /// Answers with the result of a function, which receives the error.
    pub fn function(answer: impl Fn(&Error) -> Result<R> + Send + Sync + 'static) -> Self {
        Self(AnswerSource::Function(Box::new(answer)))
    }

    /// Answers with the last response to the same request. Without one, the error stays. The responses to the 1,024
    /// requests that succeeded first are forgotten first.
    pub fn last_value() -> Self
    where
        R: Clone,
    {
        let values = LastValues { values: HashMap::new(), requests: VecDeque::new() };
        Self(AnswerSource::LastValue(Mutex::new(values), Box::new(R::clone)))
    }
}

impl<R> Fallback<R> {
    fn name(&self) -> &'static str {
        match self.0 {
            AnswerSource::Constant(..) => "constant",
            AnswerSource::Function(_) => "function",
            AnswerSource::LastValue(..) => "last value",
        }
    }

    /// Remembers a response.
    fn succeed(&self, request: Option<&Bytes>, response: &R) {
        if let (AnswerSource::LastValue(values, copy), Some(request)) = (&self.0, request) {
            values.lock().unwrap_or_else(PoisonError::into_inner).insert(request, copy(response));
        }
    }

    /// Returns the answer, if there is one.
    fn answer(&self, request: Option<&Bytes>, error: &Error) -> Option<Result<R>> {
        match &self.0 {
            AnswerSource::Constant(value, copy) => Some(Ok(copy(value))),
            AnswerSource::Function(answer) => Some(answer(error)),
            AnswerSource::LastValue(values, copy) => {
                let values = values.lock().unwrap_or_else(PoisonError::into_inner);
                values.values.get(request?).map(|value| Ok(copy(value)))
            }
        }
    }
}

impl<R> LastValues<R> {
    fn insert(&mut self, request: &Bytes, response: R) {
        if self.values.insert(request.clone(), response).is_none() {
            self.requests.push_back(request.clone());
        }
        if self.requests.len() > MAX_VALUES {
            let oldest = self.requests.pop_front();
            oldest.and_then(|oldest| self.values.remove(&oldest));
        }
    }
}

impl Fallbacks {
    pub(crate) fn insert<R: Send + Sync + 'static>(&mut self, method: &Method, fallback: Fallback<R>) {
        let fallback = MethodFallback {
            method: method.full_name(),
            is_of_stream: !method.kind.returns_one(),
            type_name: type_name::<R>(),
            name: fallback.name(),
            answer: Arc::new(fallback),
        };
        self.0.insert(method.path, fallback);
    }

    /// Returns whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Fails if the fallback of the method has another type than its response: found now, and not in an outage.
    pub(crate) fn check<R: 'static>(&self, method: &Method) -> Result<()> {
        match self.0.get(method.path) {
            Some(fallback) if !fallback.answer.is::<Fallback<R>>() => {
                let (name, response) = (method.full_name(), type_name::<R>());
                Err(Error::internal(format!("the fallback of {name} is a {}, not a {response}", fallback.type_name)))
            }
            _ => Ok(()),
        }
    }

    fn fallback<R: 'static>(&self, method: &Method) -> Option<&Fallback<R>> {
        self.0.get(method.path)?.answer.downcast_ref()
    }

    /// Returns the kind of the fallback of a method, if it has one.
    pub(crate) fn name(&self, method: &Method) -> Option<&'static str> {
        self.0.get(method.path).map(|fallback| fallback.name)
    }

    /// Returns the name of a method with a fallback that streams its responses.
    pub(crate) fn stream(&self) -> Option<&'static str> {
        self.0.values().find(|fallback| fallback.is_of_stream).map(|fallback| fallback.method)
    }

    /// Replaces an error by the fallback of the method, if it has one. Returns its name, if it answered.
    pub(crate) fn apply<R: 'static>(
        &self,
        method: &Method,
        request: Option<&Bytes>,
        result: Result<R>,
    ) -> (Result<R>, Option<&'static str>) {
        let Some(fallback) = self.fallback::<R>(method) else {
            return (result, None);
        };
        match result {
            Err(error) if is_of_server(error.code()) => match fallback.answer(request, &error) {
                Some(answer) => (answer, Some(fallback.name())),
                None => (Err(error), None),
            },
            Ok(response) => {
                fallback.succeed(request, &response);
                (Ok(response), None)
            }
            error => (error, None),
        }
    }
}

/// Returns whether an error is a failure of the server, and not its answer.
fn is_of_server(code: Code) -> bool {
    use Code::{DataLoss, DeadlineExceeded, Internal, ResourceExhausted, Unavailable, Unknown};
    matches!(code, Unavailable | DeadlineExceeded | ResourceExhausted | Internal | Unknown | DataLoss)
}

impl<R> fmt::Debug for Fallback<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fallback")
    }
}

impl fmt::Debug for Fallbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
