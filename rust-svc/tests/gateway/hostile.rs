//! Whatever a caller sends, it is answered.

use std::sync::Arc;

use axum::{body::Body, http::Request};
use rust_svc::json::{Parse, Print, from_slice, to_vec};
use tower::ServiceExt;

use crate::{
    shop::pb::Everything,
    stock::{Shelf, stock_service_gateway},
};

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    /// A text with a few bytes changed, dropped, doubled or swapped for ones that mean something.
    fn damage(&mut self, text: &[u8], bytes: &[u8]) -> Vec<u8> {
        let mut damaged = text.to_vec();
        for _ in 0..=self.roll(4) {
            let place = self.roll(damaged.len().max(1)).min(damaged.len().saturating_sub(1));
            let byte = bytes[self.roll(bytes.len())];
            match self.roll(4) {
                0 => damaged.insert(place, byte),
                1 if !damaged.is_empty() => drop(damaged.remove(place)),
                2 if !damaged.is_empty() => damaged[place] = byte,
                _ => damaged.extend_from_within(place..),
            }
        }
        damaged
    }
}

#[test]
fn damaged_json() {
    const VALID: &[u8] = br#"{"small":1,"wide":"-2.0e1","single":"NaN","data":"-_8","color":"COLOR_RED","maybeText":"\ud83d\ude00",
        "part":{"partId":"x","updated":"2026-02-28T09:30:00.5+01:00"},"parent":{"parent":{"flag":true}},"chunks":["AA=="],
        "partsByNumber":{"1":{}},"mask":"a,fooBar","span":"-1.5s","object":{"a":[null,1e3]},"nothing":null,
        "any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"},"piece":{"quantity":3}}"#;
    let parse = Parse::default();
    assert!(from_slice::<Everything>(VALID, &parse).is_ok());
    let mut dice = Dice(1);
    for _ in 0..20_000 {
        let damaged = dice.damage(VALID, b"{}[]\",:\\u0d8e+-.1 \n\xff\xc3\x00ntf@");
        if let Ok(message) = from_slice::<Everything>(&damaged, &parse) {
            let printed = to_vec(&message, &Print::default()).expect("what was read can be printed");
            let again: Everything = from_slice(&printed, &parse).expect("what was printed can be read");
            assert_eq!(to_vec(&again, &Print::default()), Ok(printed));
        }
    }
}

#[tokio::test]
async fn damaged_targets() {
    const VALID: &[u8] =
        b"/v1/files/a%2Fb/c:d?item.inner.quantity=1&labels[k]=v&tags=x+y&updateMask=a,b&part.itemId=%C3%A9";
    let router = stock_service_gateway(Arc::new(Shelf::default())).into_router();
    let mut dice = Dice(2);
    let mut answered = 0;
    for _ in 0..5_000 {
        let target = dice.damage(VALID, b"/%?&=.:+[]*{}0aF2\xc3");
        let Ok(request) = Request::get(&target[..]).body(Body::empty()) else { continue };
        let status = router.clone().oneshot(request).await.expect("infallible").status().as_u16();
        assert!(matches!(status, 200 | 400 | 404), "{status} for {}", String::from_utf8_lossy(&target));
        answered += 1;
    }
    assert!(answered > 1_000, "most targets are ones that HTTP takes");
}
