//! The lookup of a route by itself, for benchmarks.

use super::{request_path::RequestPath, trie::RouteTrie};
use crate::path::Template;

/// The routes of one HTTP method.
#[derive(Debug)]
pub struct MeasuredRoutes(RouteTrie);

impl MeasuredRoutes {
    /// Creates the routes of templates. Those that are invalid or conflict with an earlier one are left out.
    pub fn new(templates: impl IntoIterator<Item = String>) -> Self {
        let mut routes = RouteTrie::default();
        let templates = templates.into_iter().filter_map(|text| Template::parse(&text).ok());
        for (index, template) in templates.enumerate() {
            routes.insert(&template, index).ok();
        }
        Self(routes)
    }

    /// Returns the position of the route of a path, from the text of the request on.
    pub fn find(&self, path: &str) -> Option<usize> {
        let (route, _segments) = self.0.find(RequestPath::parse(path).ok()?)?;
        Some(route)
    }
}
