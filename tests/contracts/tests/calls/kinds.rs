//! One test body for a service: run against an implementation, a client over loopback, and a fake.

use std::{sync::Arc, time::Duration};

use rust_svc::{Code, Context, Error, Result, Streaming, async_trait};

use crate::edges::remote;
use crate::golden::{
    chat::chat::v1::{ChatMessage, ChatService, ChatServiceClient, ChatServiceFake, chat_service_adapter},
    stock::stock::v1::{
        GetQuoteRequest, Quote, StockService, StockServiceClient, StockServiceFake, Trade, TradeSummary,
        WatchQuotesRequest, stock_service, stock_service_adapter,
    },
};

/// Has one symbol.
struct Exchange;

#[async_trait]
impl StockService for Exchange {
    async fn get_quote(&self, cx: Context, request: GetQuoteRequest) -> Result<Quote> {
        cx.set_header("x-venue", "here")?;
        cx.set_trailer("x-delay-bin", vec![0, 255])?;
        match request.symbol.as_str() {
            "TEA" => Ok(quote(4.0)),
            other => Err(Error::not_found(format!("no symbol {other:?}"))),
        }
    }

    async fn watch_quotes(&self, _: Context, request: WatchQuotesRequest) -> Result<Streaming<Quote>> {
        if request.symbols.is_empty() {
            return Err(Error::invalid_argument("symbols: name at least one"));
        }
        Ok(Streaming::from_messages([quote(4.0), quote(5.0)]))
    }

    async fn record_trades(&self, _: Context, mut request: Streaming<Trade>) -> Result<TradeSummary> {
        let mut count = 0;
        while let Some(trade) = request.next().await {
            trade?;
            count += 1;
        }
        Ok(TradeSummary { count })
    }
}

fn quote(price: f64) -> Quote {
    Quote { symbol: "TEA".into(), price }
}

fn symbol(symbol: &str) -> GetQuoteRequest {
    GetQuoteRequest { symbol: symbol.into() }
}

/// The behaviour of every stock service: in process, remote or fake.
async fn check(service: Arc<dyn StockService>) {
    let cx = Context::new().with_timeout(Duration::from_secs(5));
    assert_eq!(service.get_quote(cx.child(), symbol("TEA")).await.expect("known"), quote(4.0));
    let error = service.get_quote(cx.child(), symbol("GOLD")).await.expect_err("unknown");
    assert_eq!((error.code(), error.message()), (Code::NotFound, "no symbol \"GOLD\""));

    let request = WatchQuotesRequest { symbols: vec!["TEA".into()] };
    let quotes = service.watch_quotes(cx.child(), request).await.expect("a stream");
    assert_eq!(quotes.collect().await.expect("both"), [quote(4.0), quote(5.0)]);
    let refused = match service.watch_quotes(cx.child(), WatchQuotesRequest::default()).await {
        Ok(stream) => stream.collect().await.map(drop),
        Err(error) => Err(error),
    };
    assert_eq!(refused.expect_err("no symbols").code(), Code::InvalidArgument);

    let trades = (0..3).map(|quantity| Trade { symbol: "TEA".into(), quantity });
    let summary = service.record_trades(cx.child(), Streaming::from_messages(trades)).await;
    assert_eq!(summary.expect("counted"), TradeSummary { count: 3 });
}

#[tokio::test]
async fn calls_in_process() {
    check(Arc::new(Exchange)).await;
}

#[tokio::test]
async fn calls_through_a_client() {
    let client = remote(stock_service_adapter(Arc::new(Exchange))).await;
    check(Arc::new(StockServiceClient(client))).await;
}

#[tokio::test]
async fn calls_through_a_fake() {
    let fake = StockServiceFake::new();
    fake.get_quote.when(|request| request.symbol == "TEA").returns(quote(4.0));
    fake.get_quote.fails(Error::not_found("no symbol \"GOLD\""));
    fake.watch_quotes.when(|request| !request.symbols.is_empty()).send(quote(4.0)).send(quote(5.0)).end();
    fake.watch_quotes.fails(Error::invalid_argument("symbols: name at least one"));
    fake.record_trades.returns(TradeSummary { count: 3 });
    check(Arc::new(fake.clone())).await;
    assert_eq!(fake.get_quote.requests(), [symbol("TEA"), symbol("GOLD")]);
    fake.record_trades.called(1);
}

/// An adapter can serve a client, because it implements the trait.
#[tokio::test]
async fn calls_through_a_client_of_a_client() {
    let near = remote(stock_service_adapter(Arc::new(Exchange))).await;
    let far = remote(stock_service_adapter(Arc::new(StockServiceClient(near)))).await;
    check(Arc::new(StockServiceClient(far))).await;
}

#[tokio::test]
async fn headers_and_trailers_reach_the_caller() {
    let client = StockServiceClient(remote(stock_service_adapter(Arc::new(Exchange))).await);
    let cx = Context::new();
    client.get_quote(cx.clone(), symbol("TEA")).await.expect("known");
    assert_eq!(cx.headers().get("x-venue"), Some("here"));
    assert_eq!(cx.trailers().get_binary("x-delay-bin"), Some(&[0, 255][..]));
}

/// Returns each message twice.
struct Echo;

#[async_trait]
impl ChatService for Echo {
    async fn chat(&self, _: Context, mut request: Streaming<ChatMessage>) -> Result<Streaming<ChatMessage>> {
        let (sender, stream) = Streaming::channel(1);
        tokio::spawn(async move {
            while let Some(Ok(message)) = request.next().await {
                if sender.send(message.clone()).await.is_err() || sender.send(message).await.is_err() {
                    return;
                }
            }
        });
        Ok(stream)
    }
}

fn chat_message(text: &str) -> ChatMessage {
    ChatMessage { author: "ada".into(), text: text.into() }
}

/// Each answer arrives before the next message is sent.
async fn check_chat(service: Arc<dyn ChatService>) {
    let (sender, request) = Streaming::channel(1);
    sender.send(chat_message("one")).await.expect("open");
    let mut answers = service.chat(Context::new(), request).await.expect("a stream");
    for text in ["one", "two"] {
        if text == "two" {
            sender.send(chat_message(text)).await.expect("open");
        }
        for _ in 0..2 {
            assert_eq!(answers.next().await.expect("an answer").expect("a message"), chat_message(text));
        }
    }
    drop(sender);
    assert!(answers.next().await.is_none());
}

#[tokio::test]
async fn bidi_streaming_in_process() {
    check_chat(Arc::new(Echo)).await;
}

#[tokio::test]
async fn bidi_streaming_through_a_client() {
    check_chat(Arc::new(ChatServiceClient(remote(chat_service_adapter(Arc::new(Echo))).await))).await;
}

#[tokio::test]
async fn bidi_streaming_through_a_fake() {
    let fake = ChatServiceFake::new();
    let service: Arc<dyn ChatService> = Arc::new(fake.clone());
    let test = tokio::spawn(check_chat(service));
    let mut call = fake.chat.take().await;
    for text in ["one", "two"] {
        let message = call.recv().await.expect("no error").expect("a message");
        assert_eq!(message, chat_message(text));
        call.send(message.clone()).await.expect("open");
        call.send(message).await.expect("open");
    }
    assert!(call.recv().await.expect("no error").is_none());
    call.end();
    test.await.expect("the body passes");
}

#[test]
fn constants_have_the_path_of_a_method() {
    assert_eq!(stock_service::GET_QUOTE.path, "/stock.v1.StockService/GetQuote");
    assert_eq!(stock_service::RECORD_TRADES.service(), "stock.v1.StockService");
}
