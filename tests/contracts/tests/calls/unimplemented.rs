//! Traits with default methods (`default_methods=unimplemented`).

use std::sync::Arc;

use rust_svc::{Code, Context, Streaming};

use crate::golden::default_methods::{
    chat::v1::ChatService,
    shop::v1::{Article, ReturnsService, SalesService},
};

/// A service without methods of its own.
struct Empty;

impl SalesService for Empty {}
impl ReturnsService for Empty {}
impl ChatService for Empty {}

#[tokio::test]
async fn default_methods_return_unimplemented() {
    let sales: Arc<dyn SalesService> = Arc::new(Empty);
    let error = sales.sell(Context::new(), Article::default()).await.expect_err("it is not written");
    assert_eq!(error.code(), Code::Unimplemented);
    assert!(error.message().contains("shop.v1.SalesService/Sell"), "{error}");
    let error = Empty.chat(Context::new(), Streaming::empty()).await.expect_err("nor is this");
    assert_eq!(error.code(), Code::Unimplemented);
}
