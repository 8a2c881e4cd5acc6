//! The HTTP routes of a method.

use super::{Change, Compare};
use crate::model::{Method, Route};

impl Compare<'_> {
    pub(super) fn routes(&mut self, element: &str, old: &Method, new: &Method) {
        for before in &old.routes {
            match new.routes.iter().find(|after| is_same(before, after)) {
                Some(after) => self.route(element, before, after),
                None => {
                    let change = Change::at(&new.position, format!("the route {} is gone", shown(before)));
                    self.add(change.http(true).of(element));
                }
            }
        }
        for after in new.routes.iter().filter(|after| !old.routes.iter().any(|before| is_same(before, after))) {
            self.add(Change::at(&after.position, format!("the route {} is new", shown(after))).of(element));
        }
    }

    fn route(&mut self, element: &str, old: &Route, new: &Route) {
        let mut change = Change::at(&new.position, "");
        for (what, before, after) in
            [("body", &old.body, &new.body), ("response_body", &old.response_body, &new.response_body)]
        {
            if before != after {
                change = change.and(&format!("the {what} of {} is {after:?}, not {before:?}", shown(new))).http(true);
            }
        }
        self.add(change.of(element));
    }
}

/// Whether the same requests fit both.
fn is_same(one: &Route, other: &Route) -> bool {
    one.verb == other.verb && one.template.shape() == other.template.shape()
}

fn shown(route: &Route) -> String {
    format!("{} {}", route.verb, route.template.as_str())
}
