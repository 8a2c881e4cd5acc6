//! Faults of the transport, as clients observe them.

use rust_svc::{Code, Context, Error, Result, fake::Fault};

use crate::service::{GET, Store, StoreClient, StoreFake, connect, texts};

const FAULTS: [fn() -> Fault; 9] = [
    Fault::refuse,
    Fault::drop_connection,
    || Fault::reset(8),
    || Fault::go_away(0),
    Fault::truncate_frame,
    Fault::wrong_content_type,
    Fault::missing_trailers,
    Fault::bad_gateway,
    Fault::stall,
];

fn soon() -> Context {
    Context::new().with_timeout(std::time::Duration::from_secs(20))
}

async fn get(client: &StoreClient) -> Result<String> {
    client.get(soon(), "a".into()).await
}

/// Calls each kind of method, and returns what the calls end with.
async fn call_all(client: &StoreClient) -> Vec<Result<String>> {
    let concat = |texts: Result<Vec<String>>| texts.map(|texts| texts.concat());
    let watch = async { concat(client.watch(soon(), "a".into()).await?.collect().await) };
    let chat = async { concat(client.chat(soon(), texts(["a"])).await?.collect().await) };
    vec![get(client).await, watch.await, client.upload(soon(), texts(["a"])).await, chat.await]
}

#[tokio::test(start_paused = true)]
async fn every_fault_fails_calls_of_every_kind_and_the_next_calls_succeed() {
    for fault in FAULTS.iter().flat_map(|fault| [fault(), fault().after_headers(), fault().within_message()]) {
        let fake = StoreFake::new();
        // A fault that happens before any service sees the call is retried transparently, whatever the method declares.
        let is_unseen = fault == Fault::refuse() || fault == Fault::go_away(0);
        let times = if is_unseen { 1..=2 } else { 1..=1 };
        fake.get.times(times.clone()).fails(fault);
        fake.get.by_default().always("1".into());
        fake.watch.times(times.clone()).fails(fault);
        fake.watch.by_default().always(["1".into()]);
        fake.upload.script().times(times.clone()).fails(fault);
        fake.upload.script().by_default().always("1".into());
        fake.chat.times(times).fails(fault);
        fake.chat.by_default().handles(async |_| Ok(texts(["1"])));
        let (client, _server) = connect(&fake, &[]);
        let first = call_all(&client).await;
        for result in &first {
            let is_repeated = is_unseen && result.as_deref().is_ok_and(|text| text == "1");
            assert!(result.is_err() || is_repeated, "{fault}: {first:?}");
        }
        for _ in 0..2 {
            let _ = call_all(&client).await;
        }
        for result in call_all(&client).await {
            assert_eq!(result.unwrap(), "1", "{fault}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn clients_tell_faults_apart() {
    let cases = [
        (Fault::drop_connection(), Code::Unavailable),
        (Fault::drop_connection().after_headers(), Code::Unavailable),
        (Fault::truncate_frame(), Code::Unavailable),
        (Fault::truncate_frame().within_message(), Code::Unavailable),
        (Fault::reset(8), Code::Cancelled),
        (Fault::reset(2).within_message(), Code::Internal),
        (Fault::reset(11), Code::ResourceExhausted),
        (Fault::stall(), Code::DeadlineExceeded),
        (Fault::stall().within_message(), Code::DeadlineExceeded),
        (Fault::wrong_content_type(), Code::Unknown),
        (Fault::missing_trailers(), Code::Internal),
        (Fault::bad_gateway(), Code::Unavailable),
    ];
    for (fault, code) in cases {
        let fake = StoreFake::new();
        fake.get.fails(fault);
        let (client, _server) = connect(&fake, &[]);
        let error = get(&client).await.unwrap_err();
        assert_eq!(error.code(), code, "{fault}: {error:?}");
        assert!(!error.message().contains("a script"), "{fault}: {error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unseen_call_is_repeated_although_its_method_has_side_effects() {
    for fault in [Fault::refuse(), Fault::go_away(0)] {
        let fake = StoreFake::new();
        fake.get.fails(fault);
        fake.get.returns("1".into());
        let (client, server) = connect(&fake, &[GET.timeout_ms(5000)]);
        assert_eq!(get(&client).await.unwrap(), "1", "{fault}");
        assert_eq!(server.connections(), if fault == Fault::refuse() { 1 } else { 2 });
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_fails_between_its_messages() {
    for fault in
        [Fault::drop_connection(), Fault::reset(2), Fault::go_away(0), Fault::truncate_frame().within_message()]
    {
        let fake = StoreFake::new();
        fake.watch.send("1".into()).fail(fault);
        fake.chat.send("1".into()).fail(fault);
        let (client, _server) = connect(&fake, &[]);
        let mut levels = client.watch(soon(), "a".into()).await.unwrap();
        assert_eq!(levels.next().await.unwrap().unwrap(), "1");
        assert!(levels.next().await.unwrap().is_err(), "{fault}");
        let mut replies = client.chat(soon(), texts(["a"])).await.unwrap();
        assert_eq!(replies.next().await.unwrap().unwrap(), "1");
        assert!(replies.next().await.unwrap().is_err(), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_calls_of_the_connection_survive_a_reset() {
    let fake = StoreFake::new();
    fake.get.fails(Fault::reset(8));
    let gate = rust_svc::fake::Gate::new();
    fake.watch.send("1".into()).hold(&gate).send("2".into()).end();
    let (client, server) = connect(&fake, &[]);
    let mut levels = client.watch(soon(), "a".into()).await.unwrap();
    assert_eq!(levels.next().await.unwrap().unwrap(), "1");
    assert_eq!(get(&client).await.unwrap_err().code(), Code::Cancelled);
    gate.open();
    assert_eq!(levels.collect().await.unwrap(), ["2"]);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_direct_call_only_fails() {
    let fake = StoreFake::new();
    fake.get.fails(Fault::bad_gateway());
    let error: Error = fake.get(Context::new(), "a".into()).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Unavailable, "a script causes the fault `bad-gateway`"));
}
