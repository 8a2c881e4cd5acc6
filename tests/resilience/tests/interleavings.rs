//! Circuit breakers in all interleavings of a few threads.

use std::process::Command;

#[test]
fn circuit_breakers_hold_in_every_interleaving() {
    let output = Command::new(env!("CARGO_BIN_EXE_interleavings")).output().expect("it runs");
    let (printed, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{printed}{failed}");
    assert_eq!(printed.lines().count(), 7, "{printed}");
}
