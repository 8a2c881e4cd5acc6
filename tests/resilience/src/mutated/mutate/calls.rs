//! Changes of services and methods.

use fastrand::Rng;
use harness::{
    random::pick,
    words::{NUMBERS, OPTION_TEXTS, PATH_TEMPLATES},
};
use protoc_gen_rust_svc::read::{
    call_policy::{BreakerOptions, BulkheadOptions, CallPolicy, HedgeOptions, RetryOptions},
    descriptor::{
        CustomPattern, HttpRule, MethodDescriptor, MethodOptions, Pattern, ServiceDescriptor, ServiceOptions,
    },
};

use super::{
    Change, Draft,
    place::{any_name, name, word},
};

pub(super) const CHANGES: &[Change] = &[
    rename_service,
    rename_method,
    double_service,
    double_method,
    add_service,
    takes,
    returns,
    streams,
    policy,
    defaults,
    route,
    route,
    bindings,
    idempotency,
];

fn rename_service(draft: &mut Draft, rng: &mut Rng) {
    let Some(file) = draft.file(rng) else { return };
    let names: Vec<_> = file.message_type.iter().map(|message| message.name.clone()).collect();
    let name = if rng.bool() { any_name(rng) } else { pick(&names, rng).cloned().unwrap_or_default() };
    file.service.first_mut().into_iter().for_each(|service| service.name.clone_from(&name));
}

fn rename_method(draft: &mut Draft, rng: &mut Rng) {
    let Some(service) = draft.service(rng) else { return };
    let names: Vec<_> = service.method.iter().map(|method| method.name.clone()).collect();
    let name = name(&names, rng);
    service.method.first_mut().into_iter().for_each(|method| method.name.clone_from(&name));
}

fn double_service(draft: &mut Draft, rng: &mut Rng) {
    let Some(file) = draft.file(rng) else { return };
    if let Some(service) = pick(&file.service, rng).cloned() {
        file.service.push(service);
    }
}

fn double_method(draft: &mut Draft, rng: &mut Rng) {
    let Some(service) = draft.service(rng) else { return };
    if let Some(method) = pick(&service.method, rng).cloned() {
        service.method.push(method);
    }
}

fn add_service(draft: &mut Draft, rng: &mut Rng) {
    let method = MethodDescriptor {
        name: any_name(rng),
        input_type: draft.type_name(rng),
        output_type: draft.type_name(rng),
        ..MethodDescriptor::default()
    };
    let service = ServiceDescriptor { name: any_name(rng), method: vec![method], options: None };
    draft.file(rng).into_iter().for_each(|file| file.service.push(service.clone()));
}

fn takes(draft: &mut Draft, rng: &mut Rng) {
    let name = draft.type_name(rng);
    draft.method(rng).into_iter().for_each(|method| method.input_type.clone_from(&name));
}

fn returns(draft: &mut Draft, rng: &mut Rng) {
    let name = draft.type_name(rng);
    draft.method(rng).into_iter().for_each(|method| method.output_type.clone_from(&name));
}

fn streams(draft: &mut Draft, rng: &mut Rng) {
    let Some(method) = draft.method(rng) else { return };
    (method.client_streaming, method.server_streaming) = (rng.bool(), rng.bool());
}

fn any_policy(rng: &mut Rng) -> CallPolicy {
    let number = |rng: &mut Rng| pick(NUMBERS, rng).copied().unwrap_or_default().cast_unsigned();
    CallPolicy {
        deadline: word(OPTION_TEXTS, rng),
        retry: rng.bool().then(|| RetryOptions {
            max_attempts: number(rng),
            initial_backoff: word(OPTION_TEXTS, rng),
            max_backoff: word(OPTION_TEXTS, rng),
            multiplier: pick(&[0.0, -1.0, 1.0, 1.5, f64::NAN, f64::INFINITY, 1e300], rng).copied().unwrap_or_default(),
            codes: (0..rng.usize(..3)).map(|_| word(OPTION_TEXTS, rng)).collect(),
        }),
        breaker: rng.bool().then(|| BreakerOptions {
            window: word(OPTION_TEXTS, rng),
            min_calls: number(rng),
            failure_percent: number(rng),
            open: word(OPTION_TEXTS, rng),
            probes: number(rng),
            disabled: rng.bool(),
            slow_call: word(OPTION_TEXTS, rng),
            slow_percent: number(rng),
            group: word(OPTION_TEXTS, rng),
        }),
        idempotency_key: word(OPTION_TEXTS, rng),
        max_deadline: word(OPTION_TEXTS, rng),
        attempt_timeout: word(OPTION_TEXTS, rng),
        open_timeout: word(OPTION_TEXTS, rng),
        idle_timeout: word(OPTION_TEXTS, rng),
        total_timeout: word(OPTION_TEXTS, rng),
        hedge: rng.bool().then(|| HedgeOptions {
            max_attempts: number(rng),
            delay: word(OPTION_TEXTS, rng),
            codes: (0..rng.usize(..3)).map(|_| word(OPTION_TEXTS, rng)).collect(),
        }),
        bulkhead: rng.bool().then(|| BulkheadOptions { max_in_flight: number(rng), max_queued: number(rng) }),
        wait_for_ready: rng.bool().then(|| rng.bool()),
        max_request_bytes: rng.bool().then(|| number(rng)),
        max_response_bytes: rng.bool().then(|| number(rng)),
    }
}

fn policy(draft: &mut Draft, rng: &mut Rng) {
    let policy = Some(any_policy(rng));
    draft.method(rng).into_iter().for_each(|method| {
        method.options.get_or_insert_default().policy.clone_from(&policy);
    });
}

fn defaults(draft: &mut Draft, rng: &mut Rng) {
    let options =
        ServiceOptions { deprecated: rng.bool(), defaults: Some(any_policy(rng)), ..ServiceOptions::default() };
    draft.service(rng).into_iter().for_each(|service| service.options = Some(options.clone()));
}

/// A rule with a template of a list, or with a variable for an existing field.
fn any_rule(field: &str, rng: &mut Rng) -> HttpRule {
    let path = match rng.u8(..4) {
        0 => format!("/v1/{{{field}}}"),
        1 => format!("/v1/{{{field}=a/*}}:b"),
        _ => word(PATH_TEMPLATES, rng),
    };
    let pattern = match rng.u8(..7) {
        0 => Pattern::Get(path),
        1 => Pattern::Put(path),
        2 => Pattern::Post(path),
        3 => Pattern::Delete(path),
        4 => Pattern::Patch(path),
        _ => Pattern::Custom(CustomPattern { kind: word(&["", "HEAD", "*", "get", "é", "A B", "GET"], rng), path }),
    };
    let body = |rng: &mut Rng| if rng.bool() { field.to_owned() } else { word(OPTION_TEXTS, rng) };
    HttpRule {
        pattern: (rng.u8(..8) != 0).then_some(pattern),
        body: body(rng),
        additional_bindings: Vec::new(),
        response_body: body(rng),
    }
}

fn route(draft: &mut Draft, rng: &mut Rng) {
    let field = draft.field(rng).map(|field| field.name.clone()).unwrap_or_default();
    let http = Some(any_rule(&field, rng));
    draft.method(rng).into_iter().for_each(|method| {
        method.options.get_or_insert_default().http.clone_from(&http);
    });
}

/// Additional bindings, side by side or nested.
fn bindings(draft: &mut Draft, rng: &mut Rng) {
    let field = draft.field(rng).map(|field| field.name.clone()).unwrap_or_default();
    let mut rule = any_rule(&field, rng);
    for _ in 0..rng.usize(1..40) {
        match rng.bool() {
            true => rule.additional_bindings.push(any_rule(&field, rng)),
            false => rule = HttpRule { additional_bindings: vec![rule], ..any_rule(&field, rng) },
        }
    }
    draft.method(rng).into_iter().for_each(|method| {
        method.options.get_or_insert_default().http = Some(rule.clone());
    });
}

fn idempotency(draft: &mut Draft, rng: &mut Rng) {
    let options =
        MethodOptions { deprecated: rng.bool(), idempotency_level: rng.i32(-1..5), ..MethodOptions::default() };
    draft.method(rng).into_iter().for_each(|method| method.options = Some(options.clone()));
}
