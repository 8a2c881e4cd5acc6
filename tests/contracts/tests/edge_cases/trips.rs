//! Round trips of random messages of every case.
#![allow(deprecated, unused_mut, clippy::let_and_return, reason = "the build script writes alike for every case")]

use harness::roundtrip::Tally;

include!(concat!(env!("OUT_DIR"), "/trees.rs"));

#[test]
fn random_messages_survive_a_round_trip() {
    let (tallies, failures): (Vec<_>, Vec<_>) = TREES.iter().map(|tree| tree().check()).partition(Result::is_ok);
    let failures: Vec<_> = failures.into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{} of {} cases:\n\n{}", failures.len(), TREES.len(), failures.join("\n\n"));
    let tally: Tally = tallies.into_iter().flatten().sum();
    println!("{tally:?}");
    let are_all = option_env!("EDGE_CASES").is_none() && option_env!("EDGE_CASES_DIR").is_none();
    let are_many = TREES.len() > 80 && tally.conversions > 500 && tally.codecs > 500;
    assert!(are_many || !are_all, "there are more: {tally:?}");
}
