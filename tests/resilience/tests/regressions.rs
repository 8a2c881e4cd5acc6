//! Requests that once had a fault, each made as small as it still had it: `regressions/`, by what they are.

use std::{fs, path::Path};

use resilience::mutated::{
    judge::{Verdict, judge},
    mutate::mutate,
    real::requests,
    reduce::reduce,
};

#[test]
fn regressions_stay_fixed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut requests = 0;
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("readable").path();
        let judged = judge(&fs::read(&path).expect("readable"));
        assert!(judged.is_ok(), "{}: {}", path.display(), judged.expect_err("it has a fault"));
        requests += 1;
    }
    assert!(requests >= 5, "{requests} requests");
}

#[test]
fn real_requests_are_accepted() {
    for request in requests() {
        let judged = judge(&request).unwrap_or_else(|fault| panic!("{fault}"));
        assert_ne!(judged, Verdict::Malformed);
    }
}

/// A seed determines a run.
#[test]
fn a_seed_determines_the_request() {
    let real = requests().swap_remove(0);
    let made = |seed| mutate(&real, &mut fastrand::Rng::with_seed(seed));
    assert_eq!(made(7), made(7));
    assert!((1..20).any(|seed| made(seed) != made(seed + 1)), "every seed makes the same");
    assert_eq!(reduce(&real), real, "nothing is wrong with it");
}
