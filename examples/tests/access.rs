//! Strangers at the inner address of a service, as a process.

use std::{path::Path, process::Stdio, time::Duration};

use examples::{
    access::{Caller, Certificates, Role, Tokens},
    generated::inventory::v1::{
        CheckStockRequest, InventoryService, InventoryServiceClient, ReleaseReservationRequest, ReserveItemsRequest,
        UploadTelemetryRequest, WatchStockLevelsRequest,
    },
};
use rust_svc::{Client, Code, Context, Result, Streaming};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

struct Inventory {
    url: String,
    tokens: Tokens,
    _process: Child,
}

impl Inventory {
    async fn start(folder: &Path, arguments: &[&str]) -> Self {
        let secret = folder.join("secret");
        let mut command = Command::new(env!("CARGO_BIN_EXE_inventory"));
        command.args(["--listen=127.0.0.1:0", "--database=:memory:", "--stop-with-stdin", "--secret"]).arg(&secret);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().expect("starts");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let line = lines.next_line().await.expect("readable").expect("a line");
        let url = line.rsplit(' ').next().expect("an address").to_owned();
        Self { url, tokens: Tokens::open(&secret).expect("a secret"), _process: process }
    }

    /// A client with the token of a role; without a token for `None`.
    fn client(&self, role: Option<Role>) -> InventoryServiceClient {
        let client = Client::builder(&self.url);
        let token = role.map(|role| self.tokens.issue(&Caller::new(role, "a name"), Duration::from_mins(1)));
        let client = match token {
            Some(token) => client.metadata("authorization", format!("Bearer {token}")),
            None => client,
        };
        InventoryServiceClient(client.build().expect("an address"))
    }
}

/// Calls each method. Returns the codes of the errors.
async fn call_all(client: &InventoryServiceClient) -> Vec<Option<Code>> {
    let readings = Streaming::from_messages([UploadTelemetryRequest::default()]);
    let watch = client.watch_stock_levels(Context::new(), WatchStockLevelsRequest::default()).await;
    let level = watch.expect("a stream").next().await.expect("a message");
    vec![
        code(client.check_stock(Context::new(), CheckStockRequest { product_id: "tea".into() }).await),
        code(level),
        code(client.reserve_items(Context::new(), ReserveItemsRequest::default()).await),
        code(client.release_reservation(Context::new(), ReleaseReservationRequest::default()).await),
        code(client.upload_telemetry(Context::new(), readings).await),
    ]
}

fn code<T>(result: Result<T>) -> Option<Code> {
    result.err().map(|error| error.code())
}

#[tokio::test]
async fn each_method_is_for_its_roles_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let inventory = Inventory::start(folder.path(), &[]).await;
    let (no, wrong) = (Some(Code::PermissionDenied), Some(Code::InvalidArgument));
    let reading = UploadTelemetryRequest { product_id: "tea".into(), on_hand: 5, ..UploadTelemetryRequest::default() };
    let sensor = inventory.client(Some(Role::Sensor));
    sensor.upload_telemetry(Context::new(), Streaming::from_messages([reading])).await.expect("counted");
    let cases = [
        (None, [Some(Code::Unauthenticated); 5]),
        (Some(Role::Customer), [no; 5]),
        (Some(Role::Courier), [no; 5]),
        (Some(Role::Gateway), [None, None, no, no, no]),
        (Some(Role::Orders), [no, no, wrong, wrong, no]),
        (Some(Role::Sensor), [no, no, no, no, wrong]),
    ];
    for (role, expected) in cases {
        assert_eq!(call_all(&inventory.client(role)).await, expected, "{role:?}");
    }
}

#[tokio::test]
async fn a_token_of_another_secret_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let inventory = Inventory::start(folder.path(), &[]).await;
    let inventory = Inventory { tokens: Tokens::new(b"guessed"), ..inventory };
    let codes = call_all(&inventory.client(Some(Role::Orders))).await;
    assert_eq!(codes, [Some(Code::Unauthenticated); 5]);
}

#[tokio::test]
async fn with_certificates_only_processes_of_the_authority_connect() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = Certificates::in_folder(folder.path().join("own"));
    let other = Certificates::in_folder(folder.path().join("other"));
    own.create().expect("created");
    other.create().expect("created");
    let path = folder.path().join("own");
    let inventory = Inventory::start(folder.path(), &["--certificates", path.to_str().expect("a name")]).await;
    assert!(inventory.url.starts_with("https://"));
    let token = inventory.tokens.issue(&Caller::new(Role::Gateway, "gateway"), Duration::from_mins(1));
    let ask = async |tls| {
        let client = Client::builder(&inventory.url).metadata("authorization", format!("Bearer {token}")).tls(tls);
        let client = InventoryServiceClient(client.build().expect("an address"));
        code(client.check_stock(Context::new(), CheckStockRequest { product_id: "tea".into() }).await)
    };
    assert_eq!(ask(own.client()).await, Some(Code::NotFound), "it is answered");
    assert_eq!(ask(other.client()).await, Some(Code::Unavailable));
    let stranger = rust_svc::client::ClientTls::trusting(path.join("ca.pem"));
    assert_eq!(ask(stranger).await, Some(Code::Unavailable), "it has no certificate");
}
