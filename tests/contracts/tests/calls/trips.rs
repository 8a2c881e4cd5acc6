//! Round trips of random messages of every type in the goldens.

use harness::roundtrip::Tally;

include!(concat!(env!("OUT_DIR"), "/registry.rs"));

/// A tree with the limit of its timestamps.
fn possible(tree: fn() -> harness::roundtrip::Tree) -> harness::roundtrip::Tree {
    let mut tree = tree();
    if tree.name == "times_jiff" {
        tree.latest = 253_402_207_200; // `jiff::Timestamp::MAX`
    }
    tree
}

#[test]
fn random_messages_survive_a_round_trip() {
    let (tallies, failures): (Vec<_>, Vec<_>) =
        TREES.iter().map(|tree| possible(*tree).check()).partition(Result::is_ok);
    let failures: Vec<_> = failures.into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let tally: Tally = tallies.into_iter().flatten().sum();
    println!("{tally:?}");
    assert!(tally.conversions > 100 && tally.codecs > 50, "the goldens have more types: {tally:?}");
    assert!(tally.identical > 0 && tally.refused > 0 && tally.violations > tally.refused && tally.printed > 0);
}
