//! A service and its gateway, in the form of generated code.
#![allow(unreachable_pub, unused_qualifications, reason = "generated modules are public, whoever holds them")]

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rust_svc as svc;
use svc::{Context, Error, Message, Method, Result, Streaming, Violations, wkt};
use tokio::sync::Notify;

/// A request with a field of each kind that a path or a query can set.
#[derive(Clone, PartialEq, svc::prost::Message)]
pub struct Query {
    #[prost(string, tag = "1")]
    pub product_id: String,
    #[prost(int64, tag = "2")]
    pub count: i64,
    #[prost(bool, optional, tag = "3")]
    pub fresh: Option<bool>,
    #[prost(message, optional, tag = "4")]
    pub item: Option<Item>,
    #[prost(string, repeated, tag = "5")]
    pub tags: Vec<String>,
    #[prost(map = "string, string", tag = "6")]
    pub labels: HashMap<String, String>,
    #[prost(message, optional, tag = "7")]
    pub update_mask: Option<wkt::FieldMask>,
    #[prost(message, repeated, tag = "8")]
    pub items: Vec<Item>,
    #[prost(message, optional, tag = "9")]
    pub since: Option<wkt::Timestamp>,
    #[prost(message, optional, tag = "10")]
    pub span: Option<wkt::Duration>,
    #[prost(bytes = "vec", tag = "11")]
    pub token: Vec<u8>,
    #[prost(enumeration = "Color", tag = "12")]
    pub color: i32,
    #[prost(float, tag = "13")]
    pub weight: f32,
    #[prost(message, optional, tag = "14")]
    pub limit: Option<i32>,
    #[prost(message, optional, tag = "15")]
    pub filter: Option<wkt::Struct>,
    #[prost(oneof = "query::Choice", tags = "16, 17")]
    pub choice: Option<query::Choice>,
    #[prost(string, tag = "18")]
    pub error: String,
    #[prost(string, tag = "19")]
    pub key: String,
}

pub mod query {
    #[derive(Clone, PartialEq, svc::prost::Oneof)]
    pub enum Choice {
        #[prost(string, tag = "16")]
        Name(String),
        #[prost(message, tag = "17")]
        Part(super::Item),
    }

    use rust_svc as svc;
}

#[derive(Clone, PartialEq, svc::prost::Message)]
pub struct Item {
    #[prost(string, tag = "1")]
    pub item_id: String,
    #[prost(int32, tag = "2")]
    pub quantity: i32,
    #[prost(message, optional, boxed, tag = "3")]
    pub inner: Option<Box<Item>>,
    /// Only the service sets it.
    #[prost(string, tag = "4")]
    pub etag: String,
}

/// Its `item_id` is required in the domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Validated(Item);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, svc::prost::Enumeration)]
#[repr(i32)]
pub enum Color {
    Unspecified = 0,
    Red = 1,
}

impl svc::json::JsonEnum for Color {
    const VALUES: &'static [(&'static str, i32)] = &[("COLOR_UNSPECIFIED", 0), ("COLOR_RED", 1)];
}

impl svc::json::JsonMessage for Query {
    const NAME: &'static str = "stock.v1.Query";

    fn write(&self, out: &mut svc::json::Writer) {
        out.field("product_id", "productId", &self.product_id);
        out.field("count", "count", &self.count);
        out.field("fresh", "fresh", &self.fresh);
        out.field("item", "item", &self.item);
        out.field("tags", "tags", &self.tags);
        out.field("labels", "labels", &self.labels);
        out.field("update_mask", "updateMask", &self.update_mask);
        out.field("items", "items", &self.items);
        out.field("since", "since", &self.since);
        out.field("span", "span", &self.span);
        out.field("token", "token", &self.token);
        out.enumeration::<Color>("color", "color", &self.color);
        out.field("weight", "weight", &self.weight);
        out.field("limit", "limit", &self.limit);
        out.field("filter", "filter", &self.filter);
        match &self.choice {
            Some(query::Choice::Name(it)) => out.member("name", "name", it),
            Some(query::Choice::Part(it)) => out.member("part", "part", it),
            None => (),
        }
        out.field("error", "error", &self.error);
        out.field("key", "key", &self.key);
    }

    fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {
        match name {
            "product_id" | "productId" => field.read("product_id", &mut self.product_id),
            "count" => field.read("count", &mut self.count),
            "fresh" => field.read("fresh", &mut self.fresh),
            "item" => field.read("item", &mut self.item),
            "tags" => field.read("tags", &mut self.tags),
            "labels" => field.read("labels", &mut self.labels),
            "update_mask" | "updateMask" => field.read("update_mask", &mut self.update_mask),
            "items" => field.read("items", &mut self.items),
            "since" => field.read("since", &mut self.since),
            "span" => field.read("span", &mut self.span),
            "token" => field.read("token", &mut self.token),
            "color" => field.enumeration::<Color>("color", &mut self.color),
            "weight" => field.read("weight", &mut self.weight),
            "limit" => field.read("limit", &mut self.limit),
            "filter" => field.read("filter", &mut self.filter),
            "name" => field.member("name", &mut self.choice, query::Choice::Name),
            "part" => field.member("part", &mut self.choice, query::Choice::Part),
            "error" => field.read("error", &mut self.error),
            "key" => field.read("key", &mut self.key),
            _ => field.unknown(name),
        }
    }
}

impl svc::json::JsonMessage for Item {
    const NAME: &'static str = "stock.v1.Item";

    fn write(&self, out: &mut svc::json::Writer) {
        out.field("item_id", "itemId", &self.item_id);
        out.field("quantity", "quantity", &self.quantity);
        out.field("inner", "inner", &self.inner);
        out.field("etag", "etag", &self.etag);
    }

    fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {
        match name {
            "item_id" | "itemId" => field.read("item_id", &mut self.item_id),
            "quantity" => field.read("quantity", &mut self.quantity),
            "inner" => field.read("inner", &mut self.inner),
            "etag" => field.output_only().read("etag", &mut self.etag),
            _ => field.unknown(name),
        }
    }
}

pub const TYPES: &[svc::json::PackedType] =
    &[svc::json::PackedType::of::<Query>(), svc::json::PackedType::of::<Item>()];

/// Implements `Message` for prost messages that are their own plain types.
macro_rules! wire_types {
    ($($message:ty),*) => {$(
        impl ::rust_svc::Message for $message {
            const NAME: &'static str = <$message as ::rust_svc::json::JsonMessage>::NAME;
            type Wire = Self;

            fn into_wire(self) -> Self {
                self
            }

            fn read(wire: Self, _: &mut ::rust_svc::Violations) -> Option<Self> {
                Some(wire)
            }
        }
    )*};
}

pub(crate) use wire_types;

wire_types!(Query, Item);

impl Message for Validated {
    const NAME: &'static str = "stock.v1.Item";
    type Wire = Item;

    fn into_wire(self) -> Item {
        self.0
    }

    fn read(wire: Item, violations: &mut Violations) -> Option<Self> {
        let id = violations.non_empty("item_id", wire.item_id.clone());
        if wire.quantity < 0 {
            violations.add("quantity", "must not be negative");
        }
        id.map(|_| Self(wire))
    }
}

#[svc::async_trait]
pub trait StockService: Send + Sync + 'static {
    async fn echo(&self, cx: Context, request: Query) -> Result<Query>;
    async fn check(&self, cx: Context, request: Validated) -> Result<Item>;
    async fn watch(&self, cx: Context, request: Query) -> Result<Streaming<Item>>;
    async fn replay(&self, cx: Context, request: Query) -> Result<Streaming<Query>>;
    async fn upload(&self, cx: Context, requests: Streaming<Item>) -> Result<Item>;
    async fn chat(&self, cx: Context, requests: Streaming<Item>) -> Result<Streaming<Item>>;
}

pub const ECHO: Method = Method::unary("/stock.v1.StockService/Echo");
pub const SLOW: Method = Method::unary("/stock.v1.StockService/Slow").timeout_ms(50);
pub const CHECK: Method = Method::unary("/stock.v1.StockService/Check");
pub const WATCH: Method = Method::server_streaming("/stock.v1.StockService/Watch");
pub const REPLAY: Method = Method::server_streaming("/stock.v1.StockService/Replay");
pub const UPLOAD: Method = Method::client_streaming("/stock.v1.StockService/Upload");
pub const CHAT: Method = Method::bidi_streaming("/stock.v1.StockService/Chat");

pub fn stock_service_gateway(service: std::sync::Arc<dyn StockService>) -> svc::Gateway<dyn StockService> {
    use svc::route;
    svc::Gateway::new(service)
        .types(TYPES)
        .unary(ECHO, route::get("/v1/stock/{product_id}"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::get("/v1/tags/{product_id=shelves/*/books/*}"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::get("/v1/files/{product_id=**}"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::get("/v1/parts/{part.item_id}"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::get("/v1/counts/{count}/{fresh}/{color}"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::post("/v1/stock/{product_id}:set").body("*"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::post("/v1/stock").body("*"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::put("/v1/stock/{product_id}/item").body("item"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::put("/v1/stock/{product_id}/tags").body("tags"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::put("/v1/stock/{product_id}/count").body("count"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::patch("/v1/items/{item.item_id}").body("item"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::patch("/v1/parts/{part.item_id}").body("part"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::get("/v1/answers/tags").response_body("tags"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::get("/v1/answers/item").response_body("item"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::get("/v1/answers/name").response_body("name"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::custom("PURGE", "/v1/stock/{product_id}"), |it, cx, request| it.echo(cx, request))
        .unary(ECHO, route::custom("*", "/v1/any/{product_id}"), |it, cx, request| it.echo(cx, request))
        .unary(SLOW, route::get("/v1/slow/{product_id}"), |it, cx, request| it.echo(cx, request))
        .unary(CHECK, route::post("/v1/check").body("*"), |it, cx, request| it.check(cx, request))
        .server_streaming(WATCH, route::get("/v1/stock:watch"), |it, cx, request| it.watch(cx, request))
        .server_streaming(REPLAY, route::get("/v1/stock:replay"), |it, cx, request| it.replay(cx, request))
        .client_streaming(UPLOAD, route::post("/v1/items:upload").body("*"), |it, cx, requests| it.upload(cx, requests))
        .bidi_streaming(CHAT, route::post("/v1/items:chat").body("*"), |it, cx, requests| it.chat(cx, requests))
}

/// The service: it returns the request, unless `product_id` selects another response.
#[derive(Default)]
pub struct Shelf {
    pub calls: AtomicUsize,
    pub last: Mutex<Option<Context>>,
    pub gone: std::sync::Arc<Notify>,
}

/// Notifies the test when a call is dropped.
struct Guard(std::sync::Arc<Notify>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[svc::async_trait]
impl StockService for Shelf {
    async fn echo(&self, cx: Context, request: Query) -> Result<Query> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        *self.last.lock().expect("not poisoned") = Some(cx.clone());
        match &*request.product_id {
            "missing" => Err(Error::not_found("no such product").with_detail(Item { quantity: 7, ..Item::default() })),
            "busy" => Err(Error::unavailable("busy").with_retry_delay(Duration::from_millis(1_500))),
            "broken" => Err(Error::internal("the password is 1234")),
            "panic" => panic!("a bug"),
            "odd" => Err(Error::aborted("a\r\nx-b: \"c\"\u{0}\u{2028}")),
            "split" => {
                cx.set_header("x-split", "a\r\nx-other: b")?;
                Ok(request)
            }
            "unknown-detail" => Err(Error::aborted("again")
                .with_any(svc::Any { type_url: "type.googleapis.com/other.Type".into(), value: vec![1, 2] })),
            "hang" => {
                let _guard = Guard(self.gone.clone());
                std::future::pending().await
            }
            "late" => Ok(Query { since: Some(wkt::Timestamp { seconds: i64::MAX, nanos: 0 }), ..Query::default() }),
            "headers" => {
                cx.set_header("x-shelf", "a\"b")?;
                cx.set_header("x-raw-bin", vec![1, 255])?;
                Ok(request)
            }
            "trailers" => {
                cx.set_trailer("x-cost", "3")?;
                Ok(request)
            }
            "trailers, then error" => {
                cx.set_trailer("x-cost", "4")?;
                Err(Error::aborted("again"))
            }
            "headers, then error" => {
                cx.set_header("x-shelf", "1")?;
                cx.set_header("x-both", "header")?;
                cx.set_header("x-both", "both")?;
                let mut metadata = svc::Metadata::new();
                metadata.append("x-both", "both")?;
                Err(Error::aborted("again").with_metadata(metadata))
            }
            code if code.starts_with("code-") => {
                let number = code[5..].parse().expect("a number");
                Err(Error::new(svc::Code::from_number(number).expect("a code"), "as asked"))
            }
            _ => Ok(request),
        }
    }

    async fn check(&self, _: Context, request: Validated) -> Result<Item> {
        Ok(request.0)
    }

    async fn watch(&self, cx: Context, request: Query) -> Result<Streaming<Item>> {
        *self.last.lock().expect("not poisoned") = Some(cx.clone());
        if request.product_id == "refused" {
            return Ok(Streaming::failed(Error::permission_denied("not for you")));
        }
        let (sender, messages) = Streaming::channel(1);
        let gone = Guard(self.gone.clone());
        tokio::spawn(async move {
            let _gone = gone;
            for quantity in 1..=i32::try_from(request.count).unwrap_or(0) {
                if sender.send(Item { quantity, ..Item::default() }).await.is_err() {
                    return;
                }
            }
            match &*request.product_id {
                "trailers" => drop(cx.set_trailer("x-cost", "5")),
                "fail" => sender.fail(Error::aborted("the shelf fell")).await,
                "hang" => sender.closed().await,
                _ => (),
            }
        });
        Ok(messages)
    }

    async fn replay(&self, _: Context, request: Query) -> Result<Streaming<Query>> {
        let first = Query { error: "a field".into(), ..Query::default() };
        let last = Err(Error::new(svc::Code::DataLoss, "the tape is torn"));
        let items = vec![Ok(first), last];
        let _ = request;
        Ok(Streaming::new(futures::stream::iter(items)))
    }

    async fn upload(&self, _: Context, mut requests: Streaming<Item>) -> Result<Item> {
        let mut all = Item::default();
        while let Some(item) = requests.next().await {
            let item = item?;
            all.quantity += item.quantity;
            all.item_id += &item.item_id;
        }
        Ok(all)
    }

    async fn chat(&self, _: Context, requests: Streaming<Item>) -> Result<Streaming<Item>> {
        let replies = futures::StreamExt::map(requests, |item| match item? {
            Item { quantity: ..0, .. } => Err(Error::new(svc::Code::OutOfRange, "below zero")),
            item => Ok(Item { quantity: item.quantity * 2, ..item }),
        });
        Ok(Streaming::new(replies))
    }
}
