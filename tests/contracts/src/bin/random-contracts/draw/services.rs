//! Services and their methods.

use super::{
    Draw,
    fields::{KNOWN, KNOWN_ENUMS},
    names::Style,
};
use crate::contract::{Field, Kind, Rpc, Service, within};

/// Call policies that do not change the results of the tests of calls.
const POLICIES: &[&str] = &[
    "deadline: \"60s\"",
    "deadline: \"1.5m\" retry: {max_attempts: 1}",
    "retry: {max_attempts: 3 initial_backoff: \"10ms\" multiplier: 2}",
    "breaker: {disabled: true}",
    "breaker: {failure_percent: 100 min_calls: 4294967295 window: \"1h\"}",
    "deadline: \"100h\" breaker: {probes: 1}",
    "deadline: \"60s\" max_deadline: \"2m\" attempt_timeout: \"50s\" wait_for_ready: true",
    "bulkhead: {max_in_flight: 1000 max_queued: 10} max_response_bytes: 4000000",
    "breaker: {slow_call: \"1h\" group: \"random\"}",
];

impl Draw {
    pub(super) fn services(&mut self) {
        for file in 0..self.contract.files.len() {
            for _ in 0..self.one_of(&[0, 1, 1, 1, 2]) {
                let service = self.service(file);
                self.contract.files[file].services.push(service);
            }
        }
    }

    fn service(&mut self, file: usize) -> Service {
        let scope = self.contract.files[file].package.clone();
        let name = self.name(&scope, Style::Camel);
        let mut options = self.deprecation();
        options.extend(self.policy(file, "defaults"));
        options.extend(self.custom(file, "Service"));
        let scope = within(&scope, &name);
        let count = self.rng.usize(0..6);
        let rpcs = (0..count).map(|_| self.rpc(file, &scope)).collect();
        Service { name, options, rpcs }
    }

    fn deprecation(&mut self) -> Vec<String> {
        if self.in_100(8) { vec!["deprecated = true".to_owned()] } else { Vec::new() }
    }

    fn policy(&mut self, file: usize, option: &str) -> Option<String> {
        if !self.in_100(12) {
            return None;
        }
        self.imports(file, "rust_svc/v1/options.proto");
        Some(format!("(.rust_svc.v1.{option}) = {{{}}}", self.one_of(POLICIES)))
    }

    fn rpc(&mut self, file: usize, scope: &str) -> Rpc {
        let name = self.name(scope, Style::Camel);
        let request = self.spoken(file);
        let response = if self.in_100(25) { request.clone() } else { self.spoken(file) };
        let (takes_stream, gives_stream) = (self.in_100(25), self.in_100(25));
        let mut options = self.deprecation();
        let key = if self.in_100(4) { self.key(&request) } else { None };
        if self.in_100(15) {
            let level = self.one_of(&["IDEMPOTENT", "NO_SIDE_EFFECTS", "IDEMPOTENCY_UNKNOWN"]);
            options.push(format!("idempotency_level = {level}"));
        }
        options.extend(match key {
            Some(key) => Some(self.key_option(file, &key)),
            None => self.policy(file, "method"),
        });
        options.extend(self.custom(file, "Method"));
        let mut rpc = Rpc { name, request, response, takes_stream, gives_stream, options };
        if self.in_100(60) {
            self.imports(file, "google/api/annotations.proto");
            let rule = self.rule(&rpc);
            rpc.options.push(format!("(.google.api.http) = {{{rule}}}"));
        }
        rpc
    }

    /// The idempotency key of a request, the same in all methods that take the request.
    fn key(&mut self, request: &Kind) -> Option<String> {
        let Kind::Message(request) = request else { return None };
        let is_text =
            |field: &&Field| field.kind == Kind::Scalar("string") && !field.is_repeated() && field.oneof.is_none();
        self.contract.messages[*request].fields.iter().find(is_text).map(|field| field.name.clone())
    }

    /// Sets the key. The tests of calls skip it, because they expect requests as they were sent.
    fn key_option(&mut self, file: usize, key: &str) -> String {
        self.imports(file, "rust_svc/v1/options.proto");
        self.notes.extend(["// in: domain", "// not: called with plain types"]);
        format!("(.rust_svc.v1.method) = {{idempotency_key: \"{key}\"}}")
    }

    /// The message of a request or a response.
    fn spoken(&mut self, file: usize) -> Kind {
        let usable = self.usable_messages(file);
        if self.in_100(80) {
            return Kind::Message(self.one_of(&usable));
        }
        let messages: Vec<_> = KNOWN.iter().copied().filter(|name| !KNOWN_ENUMS.contains(name)).collect();
        let kind = Kind::Known(self.one_of(&messages));
        self.imports_of(file, &kind);
        kind
    }
}
