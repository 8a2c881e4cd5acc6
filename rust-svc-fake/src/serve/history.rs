//! Calls as JSON.

use rust_svc::{
    Error,
    fake::{CallOutcome, CallRecord},
};
use serde_json::{Map, Value, json};

use crate::{contract::Dynamic, script::DynamicFakes};

/// Returns the newest calls of all methods, or of one, in the order in which they arrived.
pub(super) fn calls(fakes: &DynamicFakes, method: Option<&str>) -> Value {
    let shown = fakes.iter().filter(|(name, _)| method.is_none_or(|method| *name == method.trim_start_matches('/')));
    let mut calls: Vec<_> =
        shown.flat_map(|(name, fake)| fake.calls().into_iter().map(move |call| (name, call))).collect();
    calls.sort_by_key(|(_, call)| call.number());
    calls.iter().map(|(name, call)| to_json(name, call)).collect()
}

fn to_json(name: &str, call: &CallRecord<Dynamic, Dynamic>) -> Value {
    let messages = |messages: &[Dynamic]| messages.iter().map(Dynamic::to_json).collect::<Value>();
    let entry = |(key, value): (&str, &rust_svc::Value)| (key.to_owned(), text(value));
    let outcome = match call.outcome() {
        None => "running".to_owned(),
        Some(CallOutcome::Abandoned) => "abandoned".to_owned(),
        Some(outcome) => outcome.to_string(),
    };
    json!({
        "number": call.number(),
        "method": name,
        "requests": messages(call.requests()),
        "responses": messages(call.responses()),
        "outcome": outcome,
        "error": call.error().map(error),
        "metadata": call.metadata().iter().map(entry).collect::<Map<_, _>>(),
        "attempt": call.attempt(),
        "trace_id": call.trace().map(|trace| trace.trace_id().to_string()),
        "deadline_ms": call.deadline_budget().map(|budget| budget.as_millis() as u64),
        "elapsed_ms": call.elapsed().map(|elapsed| elapsed.as_secs_f64() * 1000.0),
        "peer": call.peer(),
    })
}

fn text(value: &rust_svc::Value) -> Value {
    match value {
        rust_svc::Value::Text(text) => Value::from(text.as_str()),
        other => Value::from(format!("{other:?}")),
    }
}

fn error(error: &Error) -> Value {
    json!({"code": error.code().name(), "message": error.message()})
}
