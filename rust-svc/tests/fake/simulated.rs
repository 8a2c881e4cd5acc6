//! Client and server on a network that turmoil simulates, in place of the connections in memory.

use std::{future::pending, sync::Arc, time::Duration};

use futures::stream;
use rust_svc::{Client, Code, Context, Error, Server, fake::CallOutcome};
use turmoil::net::{TcpListener, TcpStream};

use crate::service::{Store, StoreClient, StoreFake, store_adapter, texts};

/// Serves a fake at `store:50051`, and calls it from `orders`.
fn simulate<F: Future<Output = rust_svc::Result<()>> + 'static>(
    fake: &StoreFake,
    test: impl FnOnce(StoreClient) -> F + 'static,
) {
    let mut network = turmoil::Builder::new().simulation_duration(Duration::from_secs(300)).build();
    let fake = fake.clone();
    network.host("store", move || {
        let adapter = store_adapter(Arc::new(fake.clone()));
        async move {
            let listener = TcpListener::bind("0.0.0.0:50051").await?;
            let connections = stream::unfold(listener, |listener| async { Some((listener.accept().await, listener)) });
            Server::new().adapter(adapter).serve_connections(connections)?.run_until(pending()).await;
            Ok(())
        }
    });
    network.client("orders", async move {
        let client = Client::builder("http://store:50051").plaintext().connector(TcpStream::connect::<String>);
        Ok(test(StoreClient(client.build()?)).await?)
    });
    network.run().unwrap();
}

fn soon() -> Context {
    Context::new().with_timeout(Duration::from_secs(5))
}

#[test]
fn all_kinds_of_calls_pass_over_a_simulated_network() {
    let fake = StoreFake::new();
    fake.get.returns("1".into());
    fake.watch.send("1".into()).wait(Duration::from_secs(1)).send("2".into()).end();
    fake.upload.returns_with(async |call| Ok(call.request().concat()));
    fake.chat.reply_each(|it| it + "!").end();
    simulate(&fake, async |client: StoreClient| {
        assert_eq!(client.get(soon(), "a".into()).await?, "1");
        assert_eq!(client.watch(soon(), "a".into()).await?.collect().await?, ["1", "2"]);
        assert_eq!(client.upload(soon(), texts(["a", "b"])).await?, "ab");
        assert_eq!(client.chat(soon(), texts(["a", "b"])).await?.collect().await?, ["a!", "b!"]);
        Ok(())
    });
}

#[test]
fn a_client_survives_a_partition_of_the_network() {
    let fake = StoreFake::new();
    fake.get.fails(Error::not_found("a"));
    fake.get.returns("1".into());
    simulate(&fake, async |client: StoreClient| {
        assert_eq!(client.get(soon(), "a".into()).await.unwrap_err().code(), Code::NotFound);
        turmoil::partition("orders", "store");
        let code = client.get(soon(), "a".into()).await.unwrap_err().code();
        assert!(matches!(code, Code::DeadlineExceeded | Code::Unavailable), "{code}");
        turmoil::repair("orders", "store");
        let mut answer = client.get(soon(), "a".into()).await;
        for _ in 0..10 {
            if answer.is_err() {
                tokio::time::sleep(Duration::from_secs(5)).await;
                answer = client.get(soon(), "a".into()).await;
            }
        }
        assert_eq!(answer?, "1");
        Ok(())
    });
    fake.get.calls()[0].assert_outcome(CallOutcome::Failed(Code::NotFound));
    fake.get.called(2);
}
