//! A fake in the form of generated code.

use std::sync::Arc;

use super::{ASSIGN, CHECK_STOCK, Query, UPLOAD, WATCH_STOCK, query};
use crate as svc;

#[svc::async_trait]
trait InventoryService: Send + Sync {
    async fn check_stock(&self, cx: svc::Context, request: Query) -> svc::Result<u32>;
    async fn watch_stock(&self, cx: svc::Context, request: Query) -> svc::Result<svc::Streaming<u32>>;
    async fn upload(&self, cx: svc::Context, requests: svc::Streaming<u32>) -> svc::Result<usize>;
    async fn assign(&self, cx: svc::Context, requests: svc::Streaming<u32>) -> svc::Result<svc::Streaming<u32>>;
}

#[derive(Clone, Debug)]
struct InventoryServiceFake {
    check_stock: svc::fake::Unary<Query, u32>,
    watch_stock: svc::fake::ServerStreaming<Query, u32>,
    upload: svc::fake::ClientStreaming<u32, usize>,
    assign: svc::fake::BidiStreaming<u32, u32>,
}

impl InventoryServiceFake {
    fn new() -> Self {
        svc::fake::Session::new().into_fake(Self::with_session)
    }

    fn with_session(session: &svc::fake::Session) -> Self {
        Self {
            check_stock: session.fake(CHECK_STOCK),
            watch_stock: session.fake(WATCH_STOCK),
            upload: session.fake(UPLOAD),
            assign: session.fake(ASSIGN),
        }
    }
}

impl Default for InventoryServiceFake {
    fn default() -> Self {
        Self::new()
    }
}

#[svc::async_trait]
impl InventoryService for InventoryServiceFake {
    async fn check_stock(&self, cx: svc::Context, request: Query) -> svc::Result<u32> {
        self.check_stock.unary(cx, request).await
    }

    async fn watch_stock(&self, cx: svc::Context, request: Query) -> svc::Result<svc::Streaming<u32>> {
        self.watch_stock.server_streaming(cx, request).await
    }

    async fn upload(&self, cx: svc::Context, requests: svc::Streaming<u32>) -> svc::Result<usize> {
        self.upload.client_streaming(cx, requests).await
    }

    async fn assign(&self, cx: svc::Context, requests: svc::Streaming<u32>) -> svc::Result<svc::Streaming<u32>> {
        self.assign.bidi_streaming(cx, requests).await
    }
}

#[tokio::test]
async fn a_fake_is_a_service() {
    let fake = InventoryServiceFake::new();
    fake.check_stock.returns(1);
    fake.watch_stock.returns([1, 2]);
    fake.upload.returns_with(async |call| Ok(call.request().len()));
    fake.assign.handles(async |call| Ok(call.into_request()));

    let service: Arc<dyn InventoryService> = Arc::new(fake.clone());
    let cx = svc::Context::new();
    assert_eq!(service.check_stock(cx.child(), query("a", 1)).await.unwrap(), 1);
    let levels = service.watch_stock(cx.child(), query("a", 1)).await.unwrap();
    assert_eq!(levels.collect().await.unwrap(), [1, 2]);
    assert_eq!(service.upload(cx.child(), svc::Streaming::from_messages([1, 2, 3])).await.unwrap(), 3);
    let echo = service.assign(cx.child(), svc::Streaming::from_messages([4])).await.unwrap();
    assert_eq!(echo.collect().await.unwrap(), [4]);
    fake.check_stock.called(1);
    assert_eq!(
        format!("{:?}", fake.check_stock),
        r#"MethodFake { method: "inventory.v1.InventoryService/CheckStock", calls: 1, .. }"#
    );
}
