//! HTTP routes that the plugin must accept.

use harness::words::PATH_SEGMENTS;

use super::Draw;
use crate::contract::{Field, Kind, Rpc};

/// The maximum length of the field path of a variable.
const DEPTH: usize = 3;

/// A field that a path may fill: its field path, whether a member of a oneof is on it, and whether it accepts any text.
#[derive(Clone)]
struct Variable {
    names: Vec<String>,
    in_oneof: bool,
    is_text: bool,
}

impl Draw {
    /// A rule with additional bindings.
    pub(super) fn rule(&mut self, rpc: &Rpc) -> String {
        let mut rule = self.binding(rpc);
        while self.in_100(25) {
            let binding = self.binding(rpc);
            rule.push_str(&format!(" additional_bindings {{{binding}}}"));
        }
        rule
    }

    fn binding(&mut self, rpc: &Rpc) -> String {
        let variables = self.variables(rpc);
        let path = self.path_of(&variables);
        let (verb, has_body) = self.verb(&path, rpc.takes_stream, variables.iter().all(|variable| variable.is_text));
        let body = if has_body { self.body(rpc, &variables) } else { String::new() };
        format!("{verb}{body}{}", self.response_body(rpc))
    }

    fn verb(&mut self, path: &str, takes_stream: bool, are_texts: bool) -> (String, bool) {
        let choices: &[_] = match takes_stream {
            true => &[("post", true), ("put", true), ("patch", true)],
            false => &[
                ("get", false),
                ("delete", false),
                ("post", true),
                ("put", true),
                ("patch", true),
                ("post", false),
                ("", false),
            ],
        };
        let (verb, has_body) = self.one_of(choices);
        match verb {
            "" => {
                // A response to HEAD has no body that names the invalid value.
                let kind =
                    self.one_of(&["OPTIONS", "*", "M-SEARCH", "TRACE", "Get", "HEAD"][..if are_texts { 6 } else { 5 }]);
                (format!("custom: {{kind: \"{kind}\" path: \"{path}\"}}"), false)
            }
            _ => (format!("{verb}: \"{path}\""), has_body),
        }
    }

    /// Up to two fields that a path fills. At most one is in a oneof, because both could be in the same one.
    fn variables(&mut self, rpc: &Rpc) -> Vec<Variable> {
        let Kind::Message(request) = rpc.request else { return Vec::new() };
        let mut all = self.variables_of(request, DEPTH);
        let mut chosen: Vec<Variable> = Vec::new();
        for _ in 0..self.one_of(&[0, 1, 1, 2]) {
            all.retain(|one| !chosen.iter().any(|other| other.names == one.names || (other.in_oneof && one.in_oneof)));
            if !all.is_empty() {
                chosen.push(all[self.rng.usize(..all.len())].clone());
            }
        }
        chosen
    }

    fn variables_of(&self, message: usize, depth: usize) -> Vec<Variable> {
        let single = self.contract.messages[message].fields.iter().filter(|field| !field.is_repeated());
        single.flat_map(|field| self.variables_in(field, depth)).collect()
    }

    /// The field, or the fields of its message.
    fn variables_in(&self, field: &Field, depth: usize) -> Vec<Variable> {
        let name = std::slice::from_ref(&field.name);
        let in_oneof = field.oneof.is_some();
        match &field.kind {
            Kind::Message(held) | Kind::Group(held) if depth > 1 => {
                let mut inner = self.variables_of(*held, depth - 1);
                inner.iter_mut().for_each(|one| {
                    one.names.splice(..0, name.iter().cloned());
                    one.in_oneof |= in_oneof;
                });
                inner
            }
            kind if self.is_single(kind) => vec![Variable { names: name.to_vec(), in_oneof, is_text: is_text(kind) }],
            _ => Vec::new(),
        }
    }

    /// Whether it is a single value that the tests of calls can find.
    fn is_single(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Scalar(_) => true,
            Kind::Enum(index) => self.contract.enums[*index].has_number(1),
            Kind::Known(name) => name.ends_with("Value") && !matches!(*name, "Value" | "ListValue" | "NullValue"),
            _ => false,
        }
    }

    /// A unique path.
    fn path_of(&mut self, variables: &[Variable]) -> String {
        self.routes += 1;
        let mut path = format!("/{}/{}", self.one_of(PATH_SEGMENTS), self.routes);
        let last = variables.len().checked_sub(1);
        for (index, variable) in variables.iter().enumerate() {
            let pattern = if variable.is_text { self.pattern(last == Some(index)) } else { "" };
            path.push_str(&format!("/{{{}{pattern}}}", variable.names.join(".")));
        }
        match self.rng.u32(..10) {
            0 if variables.is_empty() => path.push_str("/**"),
            1 => path.push_str("/*"),
            2 => path.push_str("/tail"),
            3 => path.push_str(":cancel"),
            4 => return path + ":self",
            _ => return path,
        }
        // Only the last variable may have `**`.
        path.replace("=**", "=*").replace("/**}", "/*}")
    }

    fn pattern(&mut self, is_last: bool) -> &'static str {
        match self.rng.u32(..10) {
            0 => "=*",
            1 => "=a/*",
            2 => "=shelves/*/books/*",
            3 if is_last => "=**",
            4 if is_last => "=files/**",
            _ => "",
        }
    }

    /// The body: the whole request, or a field that the path does not fill.
    fn body(&mut self, rpc: &Rpc, variables: &[Variable]) -> String {
        let Kind::Message(request) = rpc.request else { return " body: \"*\"".to_owned() };
        let is_oneof_filled = variables.iter().any(|variable| variable.in_oneof);
        let is_free = |field: &&Field| {
            let is_filled = variables.iter().any(|variable| variable.names[0] == field.name);
            !(is_filled || is_oneof_filled && field.oneof.is_some())
        };
        let fields: Vec<_> =
            self.contract.messages[request].fields.iter().filter(is_free).map(|field| field.name.clone()).collect();
        match fields.is_empty() || self.in_100(50) {
            true => " body: \"*\"".to_owned(),
            false => format!(" body: \"{}\"", fields[self.rng.usize(..fields.len())]),
        }
    }

    fn response_body(&mut self, rpc: &Rpc) -> String {
        let Kind::Message(response) = rpc.response else { return String::new() };
        let fields = &self.contract.messages[response].fields;
        if fields.is_empty() || self.rng.u32(..100) >= 20 {
            return String::new();
        }
        let field = &fields[self.rng.usize(..fields.len())].name;
        format!(" response_body: \"{field}\"")
    }
}

fn is_text(kind: &Kind) -> bool {
    matches!(kind, Kind::Scalar("string") | Kind::Known("StringValue"))
}
