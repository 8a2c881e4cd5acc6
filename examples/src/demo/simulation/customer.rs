//! A customer that orders, repeats requests that were not answered, and sometimes cancels.

use std::{convert::Infallible, sync::Arc, time::Duration};

use fastrand::Rng;
use serde_json::{Value, json};
use tokio::{sync::watch, time::sleep};

use super::{super::http::Http, Board, PRICES, PRODUCTS};

/// The number of attempts with one key.
const ATTEMPTS: usize = 5;

/// A simulated customer.
pub(in super::super) struct SimulatedCustomer {
    name: String,
    http: Http,
    /// The longest time between two orders; `None` to order nothing more.
    pace: watch::Receiver<Option<Duration>>,
    random: Rng,
    board: Arc<Board>,
}

impl SimulatedCustomer {
    pub(in super::super) fn new(
        name: &str,
        http: Http,
        pace: watch::Receiver<Option<Duration>>,
        random: Rng,
        board: Arc<Board>,
    ) -> Self {
        Self { name: name.to_owned(), http, pace, random, board }
    }

    /// Orders forever.
    pub(in super::super) async fn live(mut self) -> Infallible {
        for number in 0_u64.. {
            let pace = *self.pace.borrow();
            let Some(longest) = pace else { break };
            sleep(longest.mul_f64(self.random.f64())).await;
            self.order(&format!("{}-{number}", self.name)).await;
        }
        std::future::pending().await
    }

    /// Repeats the same request until it is answered.
    async fn order(&mut self, key: &str) {
        let order = self.draft(key);
        for _ in 0..ATTEMPTS {
            self.board.ordered(&self.name, key, None);
            match self.http.post("/v1/orders", &order).await {
                Ok(reply) if reply.status == 200 => {
                    let id = reply.body["order"]["orderId"].as_str().unwrap_or_default();
                    self.board.ordered(&self.name, key, Some(id));
                    return self.perhaps_cancel(id).await;
                }
                Ok(reply) if (400..429).contains(&reply.status) => return,
                _ => sleep(Duration::from_millis(200)).await,
            }
        }
    }

    async fn perhaps_cancel(&mut self, id: &str) {
        if self.random.u8(0..10) == 0 {
            sleep(Duration::from_millis(self.random.u64(0..2_000))).await;
            // It may be too late.
            let _ = self.http.post(&format!("/v1/orders/{id}:cancel"), &json!({ "reason": "second thoughts" })).await;
        }
    }

    fn draft(&mut self, key: &str) -> Value {
        let index = self.random.usize(0..PRODUCTS.len());
        let price = json!({ "currencyCode": "EUR", "minorUnits": PRICES[index] });
        let near = |degrees: f64, random: &mut Rng| degrees + (random.f64() - 0.5) * 0.03;
        json!({
            "idempotencyKey": key,
            "customerId": self.name,
            "items": [{ "productId": PRODUCTS[index].0, "quantity": self.random.i32(1..5), "unitPrice": price }],
            "deliveryAddress": {
                "city": "Bergen",
                "latitude": near(60.392, &mut self.random),
                "longitude": near(5.324, &mut self.random),
            },
        })
    }
}
