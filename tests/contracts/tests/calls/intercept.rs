//! Interceptors and observers of servers, over gRPC and HTTP, and of clients.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use http_body_util::BodyExt as _;
use rust_svc::{
    Client, Code, Context, Error, Result, Server, Streaming, async_trait,
    intercept::{
        Bearer, Call, Chain, ConcurrencyLimit, DeadlineRequired, Interceptor, Observer, Outcome, RateLimit, RequestId,
        Stage,
    },
};
use tokio::sync::{mpsc, oneshot};
use tower::ServiceExt as _;

use crate::golden::user::user::v1::{
    GetUserRequest, ListUsersRequest, User, UserService, UserServiceClient, UserUpdate, user_service,
    user_service_adapter, user_service_gateway,
};

/// Returns the identity of the caller.
struct Mirror;

struct Identity(String);

#[async_trait]
impl UserService for Mirror {
    async fn get_user(&self, cx: Context, request: GetUserRequest) -> Result<User> {
        match request.user_id.as_str() {
            "panic" => panic!("a handler that panics"),
            "wait" => std::future::pending().await,
            "id" => Ok(user(RequestId::of(&cx).unwrap_or("none"))),
            "passed on" => Ok(user(cx.metadata().get("x-request-id").unwrap_or("none"))),
            _ => Ok(user(cx.value::<Identity>().map_or("nobody", |identity| &identity.0))),
        }
    }

    async fn list_users(&self, _: Context, request: ListUsersRequest) -> Result<Streaming<User>> {
        let (sender, users) = Streaming::channel(1);
        tokio::spawn(async move {
            for number in 0..request.page_size {
                if sender.send(user(&number.to_string())).await.is_err() {
                    return;
                }
            }
            sender.fail(Error::aborted("no more")).await;
        });
        Ok(users)
    }

    async fn stream_updates(&self, _: Context, updates: Streaming<UserUpdate>) -> Result<Streaming<User>> {
        Ok(updates.map(|update| user(&update.user_id)))
    }
}

fn user(user_id: &str) -> User {
    User { user_id: user_id.into(), ..User::default() }
}

fn named(user_id: &str) -> GetUserRequest {
    GetUserRequest { user_id: user_id.into() }
}

/// Records the end of each call.
#[derive(Clone)]
struct Notes(mpsc::UnboundedSender<String>);

impl Observer for Notes {
    fn ended(&self, call: &Call, outcome: &Outcome) {
        // The test may have ended.
        let _ = self.0.send(format!("{:?} {} {}", call.side(), call.method().name(), outcome.status()));
    }
}

fn notes() -> (Notes, mpsc::UnboundedReceiver<String>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Notes(sender), receiver)
}

async fn note(notes: &mut mpsc::UnboundedReceiver<String>) -> String {
    let next = tokio::time::timeout(Duration::from_secs(30), notes.recv());
    next.await.expect("a call ends").expect("somebody writes")
}

/// Starts a server with this chain. Returns its address.
async fn served(chain: &Chain) -> String {
    let service = Arc::new(Mirror);
    let server = Server::new().adapter(user_service_adapter(service.clone())).gateway(user_service_gateway(service));
    let bound = server.chain(chain).bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", bound.local_addr());
    tokio::spawn(bound.run_until(std::future::pending()));
    address
}

async fn remote(chain: &Chain) -> UserServiceClient {
    UserServiceClient(Client::new(served(chain).await).expect("an address"))
}

/// Calls the gateway. Returns status and body.
async fn get(chain: &Chain, path: &str, header: Option<(&str, &str)>) -> (u16, String) {
    let routes = rust_svc::gateway::GatewayRoutes::from(user_service_gateway(Arc::new(Mirror))).chain(chain);
    let mut request = http::Request::builder().uri(path);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let request = request.body(axum::body::Body::empty()).expect("a request");
    let response = routes.into_router().oneshot(request).await.expect("infallible");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    (status, String::from_utf8(body.to_vec()).expect("a text"))
}

fn bearer() -> Bearer {
    Bearer::new(|token: String| async move {
        let name = token.strip_prefix("secret-of-").map(ToOwned::to_owned);
        name.map(Identity).ok_or_else(|| Error::unauthenticated("the token is not valid"))
    })
}

#[tokio::test]
async fn a_token_identifies_the_caller_over_grpc_and_http() {
    let chain = Chain::new().intercept(bearer());
    let client = remote(&chain).await;
    let with = |token: &str| Context::new().with_metadata("authorization", token).expect("metadata");
    assert_eq!(client.get_user(with("Bearer secret-of-ada"), named("x")).await.expect("valid"), user("ada"));
    assert_eq!(client.get_user(with("bearer secret-of-ada"), named("x")).await.expect("valid"), user("ada"));
    for cx in [Context::new(), with("Bearer guess"), with("Basic secret-of-ada"), with("Bearer "), with("Bearer")] {
        let error = client.get_user(cx, named("panic")).await.expect_err("nobody");
        assert_eq!(error.code(), Code::Unauthenticated, "{error}");
    }
    let users = client.list_users(Context::new(), ListUsersRequest::default()).await;
    let refused = match users {
        Ok(users) => users.collect().await.map(drop),
        Err(error) => Err(error),
    };
    assert_eq!(refused.expect_err("nobody").code(), Code::Unauthenticated);

    let (status, body) = get(&chain, "/v1/users/x", Some(("authorization", "Bearer secret-of-ada"))).await;
    assert_eq!((status, body.as_str()), (200, r#"{"userId":"ada"}"#));
    assert_eq!(get(&chain, "/v1/users/x", None).await.0, 401);
    assert_eq!(get(&chain, "/v1/users/x", Some(("authorization", "Bearer guess"))).await.0, 401);
}

#[tokio::test]
async fn a_method_may_be_exempt_from_authentication() {
    let client = remote(&Chain::new().intercept(bearer().open_to_all(&user_service::GET_USER))).await;
    assert_eq!(client.get_user(Context::new(), named("x")).await.expect("open"), user("nobody"));
    let cx = Context::new().with_metadata("authorization", "Bearer guess").expect("metadata");
    assert_eq!(client.get_user(cx, named("x")).await.expect_err("a bad token").code(), Code::Unauthenticated);
}

/// Records its name each time it runs.
struct Step(&'static str, Option<Stage>, Arc<Mutex<Vec<&'static str>>>);

#[async_trait]
impl Interceptor for Step {
    fn stage(&self) -> Stage {
        self.1.unwrap_or(Stage::Custom)
    }

    async fn before(&self, _: &mut Call) -> Result<()> {
        self.2.lock().expect("no panic").push(self.0);
        if self.0 == "refuse" { Err(Error::permission_denied("no")) } else { Ok(()) }
    }
}

#[tokio::test]
async fn stages_run_in_order_and_an_error_ends_them() {
    use Stage::{Authentication, Limits};
    let ran = Arc::new(Mutex::new(Vec::new()));
    let step = |name, stage| Step(name, stage, ran.clone());
    let chain = Chain::new()
        .intercept(step("custom", None))
        .intercept(step("limits", Some(Limits)))
        .intercept(step("authentication", Some(Authentication)))
        .intercept(step("custom too", None));
    let (seen, mut ends) = notes();
    let chain = chain.intercept(step("refuse", None)).intercept(step("never", None)).observe(seen);
    let error = remote(&chain).await.get_user(Context::new(), named("panic")).await.expect_err("refused");
    assert_eq!(error.code(), Code::PermissionDenied);
    assert_eq!(*ran.lock().expect("no panic"), ["authentication", "limits", "custom", "custom too", "refuse"]);
    assert_eq!(note(&mut ends).await, "Server GetUser PERMISSION_DENIED");
}

#[tokio::test]
async fn each_call_ends_once_with_its_code() {
    let (seen, mut ends) = notes();
    let client = remote(&Chain::new().observe(seen)).await;
    client.get_user(Context::new(), named("x")).await.expect("answered");
    assert_eq!(note(&mut ends).await, "Server GetUser OK");

    assert_eq!(client.get_user(Context::new(), named("panic")).await.expect_err("a panic").code(), Code::Internal);
    assert_eq!(note(&mut ends).await, "Server GetUser INTERNAL");

    let cx = Context::new().with_timeout(Duration::from_millis(50));
    assert_eq!(client.get_user(cx, named("wait")).await.expect_err("too late").code(), Code::DeadlineExceeded);
    let end = note(&mut ends).await;
    assert!(["Server GetUser DEADLINE_EXCEEDED", "Server GetUser CANCELLED"].contains(&end.as_str()), "{end}");

    let request = ListUsersRequest { page_size: 3, ..ListUsersRequest::default() };
    let users = client.list_users(Context::new(), request.clone()).await.expect("a stream");
    assert_eq!(users.collect().await.expect_err("it fails at its end").code(), Code::Aborted);
    assert_eq!(note(&mut ends).await, "Server ListUsers ABORTED");

    let request = ListUsersRequest { page_size: 1_000_000, ..request };
    let mut users = client.list_users(Context::new(), request).await.expect("a stream");
    users.next().await.expect("one").expect("a user");
    drop(users);
    assert_eq!(note(&mut ends).await, "Server ListUsers CANCELLED");
    assert!(ends.try_recv().is_err(), "a call ends once");
}

#[tokio::test]
async fn calls_over_http_end_once_with_their_code() {
    let (seen, mut ends) = notes();
    let chain = Chain::new().observe(seen);
    for (path, end) in [
        ("/v1/users/x", "Server GetUser OK"),
        ("/v1/users/panic", "Server GetUser INTERNAL"),
        ("/v1/users?pageSize=2", "Server ListUsers ABORTED"),
    ] {
        get(&chain, path, None).await;
        assert_eq!(note(&mut ends).await, end);
    }
    assert!(ends.try_recv().is_err(), "a call ends once");
}

#[tokio::test]
async fn a_client_runs_its_own_chain() {
    let (seen, mut ends) = notes();
    let chain = Chain::new().observe(seen).intercept(RequestId::new());
    let address = served(&Chain::new().intercept(RequestId::new())).await;
    let client = Client::builder(address).chain(&chain).build().expect("an address");
    let client = UserServiceClient(client);

    let cx = Context::new().with_metadata("x-request-id", "r-1").expect("metadata");
    assert_eq!(client.get_user(cx.clone(), named("id")).await.expect("answered"), user("r-1"));
    assert_eq!(cx.headers().get("x-request-id"), Some("r-1"), "headers of the answer reach the caller");
    assert_eq!(note(&mut ends).await, "Client GetUser OK");

    assert_eq!(client.get_user(Context::new(), named("panic")).await.expect_err("a panic").code(), Code::Internal);
    assert_eq!(note(&mut ends).await, "Client GetUser INTERNAL");

    let request = ListUsersRequest { page_size: 1, ..ListUsersRequest::default() };
    let users = client.list_users(Context::new(), request).await.expect("a stream");
    assert!(users.collect().await.is_err());
    assert_eq!(note(&mut ends).await, "Client ListUsers ABORTED");
    assert!(ends.try_recv().is_err(), "a call ends once");
}

#[tokio::test]
async fn a_request_without_a_valid_id_gets_one() {
    let client = remote(&Chain::new().intercept(RequestId::new())).await;
    for given in [None, Some("with space"), Some(&*"x".repeat(200))] {
        let cx = match given {
            Some(id) => Context::new().with_metadata("x-request-id", id).expect("metadata"),
            None => Context::new(),
        };
        let answer = client.get_user(cx.clone(), named("id")).await.expect("answered");
        assert_eq!(answer.user_id.len(), 36, "a UUID");
        assert_eq!(cx.headers().get("x-request-id"), Some(answer.user_id.as_str()));
    }
}

#[tokio::test]
async fn an_invalid_id_is_not_propagated() {
    let client = remote(&Chain::new().intercept(RequestId::new())).await;
    for (given, is_kept) in [("with space", false), ("sane", true)] {
        let cx = Context::new().with_metadata("x-request-id", given).expect("metadata");
        let answer = client.get_user(cx.clone(), named("passed on")).await.expect("answered");
        assert_eq!(answer.user_id == given, is_kept, "{given}");
        assert_eq!(cx.headers().get("x-request-id"), Some(answer.user_id.as_str()));
    }
}

/// The test is over HTTP, where only the server knows the deadline. Over gRPC, the client may cancel the call first.
#[tokio::test]
async fn a_queued_call_ends_at_its_deadline() {
    let ((begun, waits), (notes, mut ends)) = (oneshot::channel(), notes());
    let limit = ConcurrencyLimit::new(1).queue(1);
    let chain = Chain::new().intercept(limit).intercept(FirstCall(Mutex::new(Some(begun)))).observe(notes);
    let first = tokio::spawn({
        let chain = chain.clone();
        async move { get(&chain, "/v1/users/wait", None).await }
    });
    waits.await.expect("the first call began");
    assert_eq!(get(&chain, "/v1/users/x", Some(("grpc-timeout", "50m"))).await.0, 504);
    assert_eq!(note(&mut ends).await, "Server GetUser DEADLINE_EXCEEDED");
    first.abort();
}

#[tokio::test]
async fn a_permit_is_released_when_its_call_ends() {
    let (begun, waits) = oneshot::channel();
    let begun = Mutex::new(Some(begun));
    let chain = Chain::new().intercept(ConcurrencyLimit::new(1)).intercept(FirstCall(begun));
    let client = Arc::new(remote(&chain).await);
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.get_user(Context::new(), named("wait")).await }
    });
    waits.await.expect("the first call began");
    let error = client.get_user(Context::new(), named("x")).await.expect_err("no place");
    assert_eq!(error.code(), Code::Unavailable);
    assert!(error.retry_delay().is_some());
    first.abort();
    let free = async {
        while client.get_user(Context::new(), named("x")).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), free).await.expect("the place is given back");
}

/// Reports the first call that reaches it.
struct FirstCall(Mutex<Option<oneshot::Sender<()>>>);

#[async_trait]
impl Interceptor for FirstCall {
    async fn before(&self, _: &mut Call) -> Result<()> {
        if let Some(begun) = self.0.lock().expect("no panic").take() {
            begun.send(()).expect("the test waits");
        }
        Ok(())
    }
}

#[tokio::test]
async fn the_rate_limit_applies_per_caller() {
    let limit = RateLimit::per_second(1).by(|cx| cx.metadata().get("x-tenant").map(ToOwned::to_owned));
    let client = remote(&Chain::new().intercept(limit)).await;
    let tenant = |name: &str| Context::new().with_metadata("x-tenant", name).expect("metadata");
    client.get_user(tenant("a"), named("x")).await.expect("the first");
    let error = client.get_user(tenant("a"), named("x")).await.expect_err("too many");
    assert_eq!(error.code(), Code::ResourceExhausted);
    assert!(error.retry_delay().is_some_and(|delay| delay <= Duration::from_secs(1)));
    client.get_user(tenant("b"), named("x")).await.expect("another caller");
}

#[tokio::test]
async fn a_deadline_may_be_required() {
    let chain = Chain::new().intercept(DeadlineRequired::within(Duration::from_secs(10)));
    let client = remote(&chain).await;
    let error = client.get_user(Context::new(), named("x")).await.expect_err("no deadline");
    assert_eq!(error.code(), Code::InvalidArgument);
    let within = |seconds| Context::new().with_timeout(Duration::from_secs(seconds));
    client.get_user(within(5), named("x")).await.expect("in time");
    assert_eq!(client.get_user(within(60), named("x")).await.expect_err("too long").code(), Code::InvalidArgument);
    let request = ListUsersRequest::default();
    let users = client.list_users(Context::new(), request).await.expect("streams may last");
    assert_eq!(users.collect().await.expect_err("its end").code(), Code::Aborted);
}

#[tokio::test]
async fn health_is_not_intercepted() {
    let address = served(&Chain::new().intercept(bearer())).await;
    let channel = tonic::transport::Channel::from_shared(address).expect("an address").connect().await;
    let mut grpc = tonic::client::Grpc::new(channel.expect("a connection"));
    grpc.ready().await.expect("ready");
    let path = http::uri::PathAndQuery::from_static("/grpc.health.v1.Health/Check");
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    grpc.unary(tonic::Request::new(()), path, codec).await.expect("healthy");
}
