//! Sweeps over a small order, with defects planted in its compensation.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
};

use futures::FutureExt;
use rust_svc::{
    self as svc, Context, Result, Streaming,
    fake::{Session, Sweep},
};

use crate::service::{Store, StoreFake, texts};

/// A store in which `get` takes a piece out, and `upload` puts pieces back.
#[derive(Debug, Default)]
struct Stock(Mutex<i32>);

#[svc::async_trait]
impl Store for Stock {
    async fn get(&self, _: Context, request: String) -> Result<String> {
        *self.0.lock().unwrap() -= 1;
        Ok(request)
    }

    async fn watch(&self, _: Context, _: String) -> Result<Streaming<String>> {
        Ok(texts(["1"]))
    }

    async fn upload(&self, _: Context, pieces: Streaming<String>) -> Result<String> {
        *self.0.lock().unwrap() += i32::try_from(pieces.collect().await?.len()).unwrap();
        Ok(String::new())
    }

    async fn chat(&self, _: Context, messages: Streaming<String>) -> Result<Streaming<String>> {
        Ok(messages)
    }
}

/// How the order treats a failure.
#[derive(Clone, Copy)]
struct Order {
    /// Whether it puts the piece back when a later step fails.
    compensates: bool,
    /// Whether it also puts the piece back when it cannot know whether it was taken.
    assumes_taken: bool,
}

impl Order {
    /// Takes a piece, reads all prices, and negotiates. Puts the piece back if that fails.
    async fn place(self, store: &dyn Store) -> Result<()> {
        if let Err(error) = store.get(Context::new(), "a".into()).await {
            if self.assumes_taken {
                self.put_back(store).await;
            }
            return Err(error);
        }
        let negotiated = negotiate(store).await;
        if negotiated.is_err() && self.compensates {
            self.put_back(store).await;
        }
        negotiated
    }

    async fn put_back(self, store: &dyn Store) {
        let _ = store.upload(Context::new(), texts(["a"])).await;
    }
}

async fn negotiate(store: &dyn Store) -> Result<()> {
    store.watch(Context::new(), "a".into()).await?.collect().await?;
    store.chat(Context::new(), texts(["offer"])).await?.collect().await?;
    Ok(())
}

/// Places an order, and checks that each piece is sold or in stock.
async fn sell(session: &Session, order: Order) -> Result<(), String> {
    let stock = Arc::new(Stock(Mutex::new(10)));
    let spy = StoreFake::spy(session, stock.clone());
    let sold = i32::from(order.place(&spy).await.is_ok());
    let left = *stock.0.lock().unwrap();
    if sold + left == 10 { Ok(()) } else { Err(format!("{sold} sold and {left} in stock")) }
}

async fn sweep(sweep: Sweep, order: Order) -> Result<usize, String> {
    let run = sweep.run(async |session: &Session| sell(session, order).await);
    AssertUnwindSafe(run).catch_unwind().await.map_err(|panic| panic.downcast_ref::<String>().unwrap().clone())
}

#[tokio::test(start_paused = true)]
async fn a_missing_compensation_is_found_at_every_later_call() {
    let text = sweep(Sweep::new(), Order { compensates: false, assumes_taken: false }).await.unwrap_err();
    assert!(text.starts_with("12 of 16 runs of the sweep failed\n"), "{text}");
    for seed in ["Watch#1=unavailable-before", "Chat#1=deadline-exceeded-after", "Chat#1=unavailable-outage"] {
        let repeat = format!("repeat  RUST_SVC_SWEEP='test.v1.Store/{seed}'");
        assert!(text.contains(&repeat), "{text}");
    }
    assert!(text.contains("\"0 sold and 9 in stock\"\n      log     #1 Get ok | #2 Watch UNAVAILABLE"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn an_uncertain_call_is_found_in_both_directions() {
    let text = sweep(Sweep::new(), Order { compensates: true, assumes_taken: false }).await.unwrap_err();
    assert!(text.starts_with("2 of 16 runs"), "{text}");
    assert!(text.contains("Get#1=unavailable-after\n      \"0 sold and 9 in stock\""), "{text}");
    let text = sweep(Sweep::new(), Order { compensates: true, assumes_taken: true }).await.unwrap_err();
    assert!(text.starts_with("3 of 16 runs"), "{text}");
    assert!(text.contains("Get#1=unavailable-before\n      \"0 sold and 11 in stock\""), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_seed_repeats_one_run() {
    let order = Order { compensates: true, assumes_taken: false };
    let text = sweep(Sweep::new().only("test.v1.Store/Get#1=unavailable-after"), order).await.unwrap_err();
    assert!(text.starts_with("1 of 2 runs"), "{text}");
    assert_eq!(sweep(Sweep::new().only("test.v1.Store/Chat#1=unavailable-after"), order).await, Ok(2));
    let unknown = sweep(Sweep::new().only("test.v1.Store/Nothing#1=unavailable-after"), order).await.unwrap_err();
    assert_eq!(unknown, "no run of the sweep has the seed `test.v1.Store/Nothing#1=unavailable-after`");
}

#[tokio::test(start_paused = true)]
async fn a_scenario_that_panics_or_hangs_is_a_failure() {
    let scenario = async |session: &Session| {
        let fake = StoreFake::with_session(session);
        fake.get.by_default().always("1".into());
        match fake.get(Context::new(), "a".into()).await {
            Ok(_) => Ok::<_, String>(()),
            Err(error) if error.code() == svc::Code::Internal => std::future::pending().await,
            Err(error) => panic!("{error}"),
        }
    };
    let panic = AssertUnwindSafe(Sweep::new().run(scenario)).catch_unwind().await.unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.starts_with("5 of 6 runs"), "{text}");
    assert!(text.contains("Get#1=internal-before\n      the run takes longer than 600s"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_scenario_that_fails_without_a_fault_is_told_first() {
    let run = Sweep::new().run(async |_: &Session| Err("broken"));
    let panic = AssertUnwindSafe(run).catch_unwind().await.unwrap_err();
    assert_eq!(panic.downcast_ref::<String>().unwrap(), "the scenario fails without a fault: \"broken\"");
}
