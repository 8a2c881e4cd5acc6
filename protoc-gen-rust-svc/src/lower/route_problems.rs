//! Reports problems of HTTP rules at their levels.

use crate::{
    diagnostics::{Diagnostics, Problem, lints::Level},
    options::Options,
};

/// Reports problems of the HTTP rules of a method. Returns whether one of them is an error.
pub(super) fn report(problems: Vec<Problem>, method: &str, options: &Options, diagnostics: &mut Diagnostics) -> bool {
    let mut has_error = false;
    for mut problem in problems {
        let level = options.route_level(problem.code);
        has_error |= level == Level::Deny;
        if level == Level::Warn {
            problem.message += &format!("; `{method}` has no route");
        }
        diagnostics.report(problem, level);
    }
    has_error
}
