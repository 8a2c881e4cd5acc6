//! The last traces, from the lines about calls that the processes print.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use serde_json::{Value, json};

use crate::generated::order::v1::order_service;

/// The number of traces that are kept, and the calls of each.
const TRACES: usize = 30;
const CALLS: usize = 60;

/// The last traces, oldest first.
#[derive(Debug, Default)]
pub(super) struct Traces(Mutex<VecDeque<(String, Vec<Value>)>>);

impl Traces {
    /// Adds a call. Streams are no traces of an order, and are left out.
    pub(super) fn add(&self, line: &str) {
        let Ok(call) = serde_json::from_str::<Value>(line) else { return };
        let Some(id) = call["trace"].as_str().map(str::to_owned) else { return };
        let mut traces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match traces.iter_mut().find(|(known, _)| *known == id) {
            Some((_, calls)) if calls.len() < CALLS => calls.push(call),
            Some(_) => (),
            None => traces.push_back((id, vec![call])),
        }
        if traces.len() > TRACES {
            traces.pop_front();
        }
    }

    /// The traces that began at the gateway, newest first, without the page's own look at the orders.
    pub(super) fn of_customers(&self) -> Vec<Value> {
        let traces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_gateway = |(_, calls): &&(String, Vec<Value>)| {
            let is_shown = |call: &Value| call["method"] != order_service::LIST_ORDERS.full_name();
            calls.iter().any(|call| call["process"] == "gateway" && call["side"] == "server" && is_shown(call))
        };
        traces.iter().rev().filter(of_gateway).take(5).map(|(id, calls)| json!({ "id": id, "calls": calls })).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{CALLS, TRACES, Traces};

    #[test]
    fn the_last_traces_are_kept() {
        let traces = Traces::default();
        for number in 0..2 * TRACES {
            for _ in 0..2 * CALLS {
                traces.add(&format!(r#"{{"trace":"{number}","process":"gateway","side":"server"}}"#));
            }
        }
        traces.add("no JSON");
        traces.add(r#"{"trace":"other","process":"order","side":"server"}"#);
        let shown = traces.of_customers();
        assert_eq!((shown.len(), &shown[0]["id"]), (5, &"59".into()));
        assert_eq!(shown[0]["calls"].as_array().map(Vec::len), Some(CALLS));
    }
}
