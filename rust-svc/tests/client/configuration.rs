//! Service configs: precedence, reload, and the policies in force.

use std::time::Duration;

use rust_svc::{
    Breaker, Client, Code, Context, Hedge, Method, PolicyField, Retry, ServiceConfig,
    client::{ClientBuilder, Fallback, LoadBalancing, PolicySource},
};
use tokio::{
    sync::watch,
    time::{self, Instant},
};

use crate::{
    GET, UPLOAD, WATCH, call,
    in_process::{answer, build, failure},
    wire::Server,
};

fn config(entries: &[(&str, &str)]) -> ServiceConfig {
    let entry = |(name, fields): &(&str, &str)| {
        let (service, method) = name.split_once('/').unwrap_or((name, ""));
        format!(r#"{{"name": [{{"service": "{service}", "method": "{method}"}}], {fields}}}"#)
    };
    let entries: Vec<_> = entries.iter().map(entry).collect();
    ServiceConfig::parse(&format!(r#"{{"methodConfig": [{}]}}"#, entries.join(", "))).unwrap()
}

fn retry(attempts: u32, code: &str) -> String {
    format!(
        r#""retryPolicy": {{"maxAttempts": {attempts}, "initialBackoff": "0.01s", "maxBackoff": "0.01s",
           "backoffMultiplier": 1, "retryableStatusCodes": ["{code}"]}}"#
    )
}

fn local() -> ClientBuilder {
    Client::builder("local")
}

/// The most specific source counts, policy by policy.
#[test]
fn precedence() {
    use PolicySource::{BuiltIn, Code, Contract, ServiceConfig};
    let second = r#""timeout": "1s""#;
    let all = config(&[("", r#""timeout": "9s", "waitForReady": true"#)]);
    let service = config(&[("test.v1.Test", second), ("", r#""timeout": "9s""#)]);
    let method =
        config(&[("test.v1.Test/Get", r#""timeout": "3s""#), ("test.v1.Test", second), ("other.v1.Test", second)]);
    let other = config(&[("test.v1.Test/Other", second), ("test.v1.Tes", second)]);
    let timed = GET.timeout_ms(2000);
    for (builder, declared, expected, source) in [
        (local(), GET, None, BuiltIn),
        (local(), timed, Some(2), Contract),
        (local().service_config(other), timed, Some(2), Contract),
        (local().service_config(all.clone()), GET, Some(9), ServiceConfig),
        (local().service_config(all), timed, Some(9), ServiceConfig),
        (local().service_config(service), timed, Some(1), ServiceConfig),
        (local().service_config(method.clone()), timed, Some(3), ServiceConfig),
        (local().service_config(method.clone()).method(timed.timeout_ms(4000)), timed, Some(4), Code),
        (local().service_config(method).method(timed.no_breaker()), timed, Some(3), ServiceConfig),
    ] {
        let policy = build(builder, |_| async { answer("") }).0.policy(&declared);
        let timeout = policy.method().timeout.map(|timeout| timeout.as_secs());
        assert_eq!((timeout, policy.source(PolicyField::Timeout)), (expected, source), "{policy}");
    }
}

#[test]
fn defaults_of_the_service_hold_unless_the_method_sets_them() {
    let defaults = Method::service_defaults().timeout_ms(1000).idle_timeout_ms(300).hedge(Hedge::new(2)).no_breaker();
    let all = [PolicyField::Timeout, PolicyField::IdleTimeout, PolicyField::Repetition, PolicyField::Breaker];
    let client = build(local(), |_| async { answer("") }).0;
    let of = |method: Method| {
        let policy = client.policy(&method);
        policy
            .values()
            .iter()
            .filter(|policy| all.contains(&policy.field))
            .map(|policy| format!("{} ({})", policy.value, policy.source))
            .collect::<Vec<_>>()
    };
    let unary = Method::unary("/test.v1.Test/Read").idempotent().with_defaults(defaults);
    assert_eq!(
        of(unary.timeout_ms(50)),
        [
            "50ms (contract)",
            "none (built-in)",
            "hedge: 2 attempts every 0ns (service defaults)",
            "none (service defaults)"
        ]
    );
    assert_eq!(of(unary.retry(Retry::new(1)))[2], "none (contract)");
    let stream = Method::server_streaming("/test.v1.Test/Watch").with_defaults(defaults);
    assert_eq!(of(stream)[1..3], ["300ms (service defaults)", "none (service defaults)"]);
}

#[test]
fn each_policy_comes_from_its_own_source() {
    let config = config(&[
        ("test.v1.Test/Get", r#""maxRequestMessageBytes": 10"#),
        ("test.v1.Test", &retry(4, "UNAVAILABLE")),
        ("", r#""timeout": "1s", "maxResponseMessageBytes": 20"#),
    ]);
    let builder = local().timeout(Duration::from_secs(7)).service_config(config).retry_budget(100.0, 0.5);
    let declared = GET.timeout_ms(50).attempt_timeout_ms(20);
    let client = build(builder.method(declared.no_breaker()), |_| async { answer("") }).0;
    let text = client.policy(&declared).to_string();
    let expected = "test.v1.Test/Get
  timeout            1s (service config)
  max timeout        none (built-in)
  attempt timeout    20ms (contract)
  open timeout       none (built-in)
  idle timeout       none (built-in)
  total timeout      none (built-in)
  wait for ready     false (built-in)
  max request bytes  10 (service config)
  max response bytes 20 (service config)
  retries            4 attempts on UNAVAILABLE after 10ms x1 up to 10ms (service config)
  breaker            none (code)
  bulkhead           none (built-in)
  retry budget       100 tokens, 0.5 for each success (code)
  fallback           none (built-in)";
    assert_eq!(text, expected);
    let other = client.policy(&Method::unary("/other.v1.Other/Get").no_side_effects());
    assert_eq!(other.values()[PolicyField::Repetition as usize].value.split(' ').next(), Some("3"));
}

#[tokio::test]
async fn settings_of_connections_have_their_source() {
    let builder = Client::builder("http://127.0.0.1:50051").replica("http://127.0.0.1:50052").subset(20);
    let client = builder.load_balancing(LoadBalancing::ring_hash("x-user")).keep_alive(Duration::from_secs(20)).build();
    let expected = "http://127.0.0.1:50051
  replica            http://127.0.0.1:50052 (client)
  resolver           none (built-in)
  load_balancing     ring hash of x-user (client)
  subset             20 endpoints (client)
  authority          none (built-in)
  plaintext          false (built-in)
  proxy              none (built-in)
  connect_timeout    5s (built-in)
  keep_alive         20s (client)
  idle_timeout       1800s (built-in)
  max_connections    4 (built-in)
  windows            stream 2097152, connection 2147483647 (built-in)";
    assert_eq!(client.unwrap().connection().to_string(), expected);
    let in_process = build(local(), |_| async { answer("") }).0.connection();
    assert_eq!((in_process.to_string().as_str(), in_process.settings().len()), ("local", 0));
}

/// The sources of the table in the documentation, from the least to the most specific.
#[tokio::test(start_paused = true)]
async fn a_call_has_the_deadline_of_its_most_specific_source() {
    let (declared, capped) = (GET.timeout_ms(6000), GET.timeout_ms(6000).max_timeout_ms(1000));
    let client_wide = || local().timeout(Duration::from_secs(7));
    let all = || client_wide().service_config(config(&[("", r#""timeout": "5s""#)]));
    let service =
        || client_wide().service_config(config(&[("test.v1.Test", r#""timeout": "4s""#), ("", r#""timeout": "5s""#)]));
    let code = || service().method(declared.timeout_ms(3000));
    for (builder, method, of_call, deadline) in [
        (client_wide(), GET, None, 7),
        (client_wide(), declared, None, 6),
        (all(), declared, None, 5),
        (service(), declared, None, 4),
        (code(), declared, None, 3),
        (code(), declared, Some(2), 2),
        (code(), declared, Some(60), 3),
        (service().method(capped.timeout_ms(3000)), capped, Some(60), 1),
    ] {
        let (client, _) = build(builder, |_| std::future::pending());
        let (start, timeout) = (Instant::now(), of_call.map(Duration::from_secs));
        let cx = timeout.into_iter().fold(Context::new(), Context::with_timeout);
        client.unary::<_, String, _, _>(method, cx, String::new()).await.unwrap_err();
        assert_eq!(start.elapsed().as_secs(), deadline, "{}", client.policy(&method));
    }
}

#[test]
fn a_client_wide_timeout_is_the_least_specific() {
    let client = build(local().timeout(Duration::from_secs(7)), |_| async { answer("") }).0;
    for (method, value, source) in [
        (GET, "7s", PolicySource::Client),
        (GET.timeout_ms(1), "1ms", PolicySource::Contract),
        (GET.timeout_ms(1).configured(&[PolicyField::Timeout]), "1ms", PolicySource::CompiledConfig),
        (WATCH, "none", PolicySource::BuiltIn),
    ] {
        let value_in_force = client.policy(&method).values()[PolicyField::Timeout as usize].clone();
        assert_eq!((value_in_force.value.as_str(), value_in_force.source), (value, source), "{method:?}");
    }
    let limited = build(local().max_response_bytes(7), |_| async { answer("") }).0;
    let size = |client: &Client| client.policy(&GET).values()[PolicyField::MaxResponseBytes as usize].clone();
    assert_eq!((size(&client).value.as_str(), size(&client).source), ("4194304", PolicySource::BuiltIn));
    assert_eq!((size(&limited).value.as_str(), size(&limited).source), ("7", PolicySource::Client));
}

#[tokio::test(start_paused = true)]
async fn caps_and_the_idempotency_gate_stay() {
    let config = config(&[("test.v1.Test", &format!(r#""timeout": "60s", {}"#, retry(50, "INTERNAL")))]);
    let (client, log) = build(local().service_config(config), |_| async { failure(Code::Internal.number()) });
    call(&client, GET.no_breaker()).await.unwrap_err();
    assert_eq!(log.calls(), 1, "a method that must not be repeated");
    call(&client, GET.idempotent().no_breaker()).await.unwrap_err();
    assert_eq!(log.calls(), 6, "at most 5 attempts");

    let config = crate::configuration::config(&[("test.v1.Test", r#""timeout": "60s""#)]);
    let (client, _) = build(local().service_config(config), |_| std::future::pending());
    for (method, timeout, millis) in [(GET.max_timeout_ms(300), None, 300), (GET, Some(200), 200), (GET, None, 60_000)]
    {
        let cx = timeout.map(Duration::from_millis).into_iter().fold(Context::new(), Context::with_timeout);
        let start = Instant::now();
        client.unary::<_, String, _, _>(method, cx, String::new()).await.unwrap_err();
        assert_eq!(start.elapsed().as_millis(), millis);
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_googles_files_yields_to_that_of_the_context() {
    let text = r#"{"methodConfig": [{"name": [{"service": "test.v1.Test"}], "timeout": "1s"}]}"#;
    let config = ServiceConfig::parse_gapic(text).unwrap();
    let (client, _) = build(local().service_config(config), |_| std::future::pending());
    for (timeout, is_inherited, millis) in
        [(None, false, 1000), (Some(3000), false, 3000), (Some(500), false, 500), (Some(3000), true, 1000)]
    {
        let cx = timeout.map(Duration::from_millis).into_iter().fold(Context::new(), Context::with_timeout);
        let (cx, start) = (if is_inherited { cx.child() } else { cx }, Instant::now());
        client.unary::<_, String, _, _>(GET, cx, String::new()).await.unwrap_err();
        assert_eq!(start.elapsed().as_millis(), millis);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reload_changes_later_calls() {
    let builder = local().retry_budget(1000.0, 1.0);
    let (client, log) = build(builder, |_| async { failure(Code::Unavailable.number()) });
    let method = GET.no_breaker().retry(Retry::new(1));
    for (config, calls) in [
        (None, 1),
        (Some(config(&[("test.v1.Test/Get", &retry(3, "UNAVAILABLE"))])), 3),
        (Some(config(&[("test.v1.Test", &retry(2, "UNAVAILABLE"))])), 2),
        (Some(config(&[("test.v1.Test", &retry(2, "INTERNAL"))])), 1),
        (Some(ServiceConfig::default()), 1),
    ] {
        if let Some(config) = config {
            client.reload(config);
        }
        let before = log.calls();
        call(&client.clone(), method).await.unwrap_err();
        assert_eq!(log.calls() - before, calls);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_follows_the_configs_of_a_channel() {
    let timeout = |text: &str| config(&[("test.v1.Test/Get", &format!(r#""timeout": "{text}""#))]);
    let (sender, receiver) = watch::channel(timeout("1s"));
    let (client, _) = build(local(), |_| async { answer("") });
    let seconds = || client.policy(&GET).method().timeout.map(|timeout| timeout.as_secs());
    client.follow(receiver);
    assert_eq!(seconds(), Some(1));
    for (config, expected) in [(timeout("2s"), Some(2)), (ServiceConfig::default(), None), (timeout("3s"), Some(3))] {
        sender.send_replace(config);
        time::sleep(Duration::from_millis(1)).await;
        assert_eq!(seconds(), expected);
    }
    drop(sender);
    time::sleep(Duration::from_millis(1)).await;
    assert_eq!(seconds(), Some(3), "the last one stays");
}

#[tokio::test(start_paused = true)]
async fn a_call_keeps_the_policies_with_which_it_began() {
    let config = config(&[("test.v1.Test", r#""timeout": "1s""#)]);
    let (client, _) = build(local().service_config(config), |_| std::future::pending());
    let start = Instant::now();
    let (result, ()) = tokio::join!(client.unary::<_, String, _, _>(GET, Context::new(), String::new()), async {
        time::sleep(Duration::from_millis(10)).await;
        client.reload(ServiceConfig::default());
    });
    assert_eq!((result.unwrap_err().code(), start.elapsed().as_millis()), (Code::DeadlineExceeded, 1000));
    assert_eq!(client.policy(&GET).method().timeout, None);
}

#[test]
fn a_policy_names_the_fallback() {
    let builder = local().fallback(&GET, Fallback::constant(String::new()));
    let policy = build(builder, |_| async { answer("") }).0.policy(&GET);
    assert_eq!(policy.fallback(), Some("constant"));
    assert!(policy.to_string().ends_with("fallback           constant (code)"), "{policy}");
}

#[tokio::test(start_paused = true)]
async fn a_retry_budget_of_the_generated_code_counts_until_another_is_set() {
    const ONE: Method = GET.retry_throttling(2.0, 0.5).no_side_effects();
    const OTHER: Method = Method::unary("/test.v1.Test/Other").retry_throttling(2.0, 0.5).no_side_effects();
    let (client, log) = build(local(), |_| async { failure(Code::Unavailable.number()) });
    call(&client, ONE).await.unwrap_err();
    call(&client, OTHER).await.unwrap_err();
    assert_eq!(log.calls(), 2, "they share two tokens");
    call(&client, Method::unary("/test.v1.Test/Third").no_side_effects()).await.unwrap_err();
    assert_eq!((log.calls(), client.policy(&ONE).retry_budget()), (5, (2.0, 0.5)), "that of the client is full");
    assert_eq!(client.policy(&ONE).retry_budget_source(), PolicySource::CompiledConfig);
    let throttled = ServiceConfig::parse(r#"{"retryThrottling": {"maxTokens": 50, "tokenRatio": 1}}"#).unwrap();
    client.reload(throttled);
    assert_eq!(client.policy(&ONE).retry_budget(), (50.0, 1.0));
    let own = build(local().retry_budget(7.0, 1.0), |_| async { answer("") }).0;
    assert_eq!(own.policy(&ONE).retry_budget(), (7.0, 1.0));
}

#[tokio::test(start_paused = true)]
async fn a_service_config_sets_the_retry_budget() {
    let throttled = ServiceConfig::parse(r#"{"retryThrottling": {"maxTokens": 2, "tokenRatio": 0.5}}"#).unwrap();
    for (builder, budget, source) in [
        (local(), (10.0, 0.1), PolicySource::BuiltIn),
        (local().service_config(throttled.clone()), (2.0, 0.5), PolicySource::ServiceConfig),
        (local().service_config(throttled.clone()).retry_budget(100.0, 1.0), (100.0, 1.0), PolicySource::Code),
    ] {
        let (client, _) = build(builder, |_| async { failure(Code::Unavailable.number()) });
        let policy = client.policy(&GET);
        assert_eq!((policy.retry_budget(), policy.retry_budget_source()), (budget, source));
    }
    let (client, log) = build(local(), |_| async { failure(Code::Unavailable.number()) });
    client.reload(throttled);
    call(&client, GET.no_side_effects()).await.unwrap_err();
    assert_eq!(log.calls(), 1, "a failure leaves half of the tokens");
    client.reload(ServiceConfig::default());
    assert_eq!(client.policy(&GET).retry_budget(), (10.0, 0.1));
}

#[tokio::test]
async fn requests_and_responses_have_their_own_limits() {
    let config = config(&[("test.v1.Test", r#""maxRequestMessageBytes": 9, "maxResponseMessageBytes": 8"#)]);
    let (client, log) = build(local().service_config(config), |_| async { answer("123456") });
    let send = |text: &str| client.unary::<_, String, _, _>(GET, Context::new(), text.to_owned());
    assert_eq!(send("1234567").await.unwrap(), "123456");
    let error = send("12345678").await.unwrap_err();
    assert_eq!((error.code(), log.calls()), (Code::ResourceExhausted, 1), "{error}");

    let server = Server::start(|mut call| async move {
        while call.next().await.is_some() {}
        call.answer("all")
    })
    .await;
    let requests = rust_svc::Streaming::from_messages(["1234567".to_owned(), "12345678".to_owned()]);
    let upload = UPLOAD.max_request_bytes(9);
    let error =
        server.client().client_streaming::<_, String, _, _>(upload, Context::new(), requests).await.unwrap_err();
    assert_eq!(error.code(), Code::ResourceExhausted, "{error}");

    let (client, _) = build(local(), |_| async { answer("123456") });
    assert!(call(&client, GET.max_response_bytes(8)).await.is_ok());
    assert_eq!(call(&client, GET.max_response_bytes(7)).await.unwrap_err().code(), Code::ResourceExhausted);
    let breaker = client.breaker(&GET).unwrap().snapshot();
    assert_eq!(breaker.failures, 0, "a limit of this side is no failure of the server");
}

#[tokio::test(start_paused = true)]
async fn a_service_config_replaces_retries_by_hedges() {
    let hedged = r#""hedgingPolicy": {"maxAttempts": 3, "hedgingDelay": "0.1s"}"#;
    let config = config(&[("test.v1.Test", hedged)]);
    let (client, log) = build(local().service_config(config), |_| async {
        time::sleep(Duration::from_millis(250)).await;
        answer("answer")
    });
    let method = GET.no_side_effects().retry(Retry::new(5)).breaker(Breaker::DEFAULT);
    assert_eq!(call(&client, method).await.unwrap(), "answer");
    assert_eq!(log.calls(), 3);
    let policy = client.policy(&method);
    assert_eq!((policy.method().retry, policy.method().hedge), (None, Some(Hedge::new(3).delay_ms(100))));
}

#[tokio::test(start_paused = true)]
async fn wait_for_ready_outlasts_an_outage() {
    let start = Instant::now();
    let service = tower::service_fn(move |_: http::Request<rust_svc::Body>| async move {
        if start.elapsed() < Duration::from_secs(20) {
            return Err(std::io::Error::from(std::io::ErrorKind::ConnectionRefused));
        }
        Ok(answer("up"))
    });
    let client = Client::from_service(service);
    assert_eq!(call(&client, GET).await.unwrap_err().code(), Code::Unavailable);
    client.reload(config(&[("", r#""waitForReady": true"#)]));
    assert_eq!(call(&client, GET).await.unwrap(), "up");
    assert!(start.elapsed() < Duration::from_secs(21));
}
