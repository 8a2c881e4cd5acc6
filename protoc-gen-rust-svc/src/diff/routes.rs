//! The HTTP routes of a method.

use std::ops::Range;

use super::{Change, compare::Compare};
use crate::model::{Method, Model, Route, Value};

impl Compare<'_> {
    pub(super) fn routes(&mut self, element: &str, old: &Method, new: &Method) {
        for before in &old.routes {
            match new.routes.iter().find(|after| is_same(before, after)) {
                Some(after) => self.route(element, (old, before), (new, after)),
                None => {
                    let change = Change::at(&new.position, format!("route {} was removed", route_text(before)));
                    self.add(change.http(true).of(element));
                }
            }
        }
        for after in new.routes.iter().filter(|after| !old.routes.iter().any(|before| is_same(before, after))) {
            self.add(Change::at(&after.position, format!("route {} was added", route_text(after))).of(element));
        }
    }

    fn route(&mut self, element: &str, (before, old): (&Method, &Route), (after, new): (&Method, &Route)) {
        let mut change = Change::at(&new.position, "");
        if variable_fields(self.before, before, old) != variable_fields(self.after, after, new) {
            change = change.and(&format!("route {} is now {}", route_text(old), route_text(new))).http(true);
            change = change.help("the path sets other fields");
        }
        for (what, before, after) in
            [("body", &old.body, &new.body), ("response_body", &old.response_body, &new.response_body)]
        {
            if before != after {
                change =
                    change.and(&format!("the {what} of {} is {after:?}, was {before:?}", route_text(new))).http(true);
            }
        }
        self.add(change.of(element));
    }
}

/// Whether both match the same requests.
fn is_same(one: &Route, other: &Route) -> bool {
    one.verb == other.verb && one.template.shape() == other.template.shape()
}

/// The field numbers that a path sets, each with its segments.
fn variable_fields(model: &Model, method: &Method, route: &Route) -> Vec<(Vec<i32>, Range<usize>)> {
    let variables = route.template.variables().iter();
    variables.map(|variable| (numbers(model, method, variable.field_path()), variable.segments())).collect()
}

/// The numbers of the fields on a path, as far as they are known.
fn numbers(model: &Model, method: &Method, path: &[String]) -> Vec<i32> {
    let mut message = model.message(&method.request_name);
    let number = path.iter().map_while(|name| {
        let field = message?.field(name)?;
        message = if let Value::Message(inner) = &field.value { model.message(inner) } else { None };
        Some(field.number)
    });
    number.collect()
}

fn route_text(route: &Route) -> String {
    format!("{} {}", route.verb, route.template.as_str())
}
