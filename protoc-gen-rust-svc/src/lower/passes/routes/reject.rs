//! Removes routes that break a rule, where the options allow it.

use super::{
    conflicts::{RouteIndex, conflicts},
    rules::check_route,
};
use crate::{
    diagnostics::{Diagnostics, Problem},
    lower::route_problems,
    model::{Method, Model, Service},
    options::Options,
};

/// Reports invalid and conflicting routes. Methods whose routes are invalid lose all of them; of conflicting routes, the first
/// remains.
pub(in super::super) fn reject_routes(model: &mut Model, options: &Options, diagnostics: &mut Diagnostics) {
    for (package, service) in service_indexes(model) {
        for method in 0..model.packages[package].services[service].methods.len() {
            let problems = problems(model, &model.packages[package].services[service].methods[method]);
            let service = &mut model.packages[package].services[service];
            reject_method(&mut service.methods[method], problems, options, diagnostics);
        }
        reject_conflicts(&mut model.packages[package].services[service], options, diagnostics);
    }
}

fn service_indexes(model: &Model) -> Vec<(usize, usize)> {
    let packages = model.packages.iter().enumerate();
    packages.flat_map(|(index, package)| (0..package.services.len()).map(move |service| (index, service))).collect()
}

fn problems(model: &Model, method: &Method) -> Vec<Problem> {
    method.routes.iter().flat_map(|route| check_route(model, method, route)).collect()
}

fn reject_method(method: &mut Method, problems: Vec<Problem>, options: &Options, diagnostics: &mut Diagnostics) {
    if !problems.is_empty() {
        method.routes.clear();
        route_problems::report(problems, &method.name, options, diagnostics);
    }
}

fn reject_conflicts(service: &mut Service, options: &Options, diagnostics: &mut Diagnostics) {
    let found = conflicts(service);
    let (indexes, problems): (Vec<RouteIndex>, Vec<Problem>) = found.into_iter().unzip();
    // From the end, so that indexes stay valid.
    for (method, route) in indexes.into_iter().rev() {
        service.methods[method].routes.remove(route);
    }
    problems.into_iter().for_each(|problem| diagnostics.report(problem, options.route_level("E0205")));
}
