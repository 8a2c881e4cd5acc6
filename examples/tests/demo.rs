//! The demo as a user runs it.

use std::{
    io::{BufRead, BufReader},
    net::TcpStream,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

fn demo() -> Command {
    Command::new(env!("CARGO_BIN_EXE_demo"))
}

#[test]
fn all_checks_pass() {
    let output = demo().arg("--once").output().expect("runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    assert!(last.starts_with("demo: ") && last.ends_with(" checks passed, 0 failed"), "{text}");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn no_process_outlives_the_demo() {
    // It cannot tidy up when it is killed.
    let folder = tempfile::tempdir().expect("a folder");
    let mut demo = demo().env("TMPDIR", folder.path()).stdout(Stdio::piped()).spawn().expect("starts");
    let lines = BufReader::new(demo.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    // A line such as `inventory  127.0.0.1:50051  (process 7)` is printed for each.
    let output = lines.take_while(|line| !line.contains("stock"));
    let addresses: Vec<_> = output.filter(|line| line.contains("(process")).map(|line| address(&line)).collect();
    assert_eq!(addresses.len(), 4);
    demo.kill().expect("killed");
    demo.wait().expect("ended");
    let begun = Instant::now();
    while addresses.iter().any(|address| TcpStream::connect(address).is_ok()) {
        assert!(begun.elapsed() < Duration::from_secs(20), "a process goes on");
        thread::sleep(Duration::from_millis(20));
    }
}

fn address(line: &str) -> String {
    line.split_whitespace().nth(1).expect("an address").to_owned()
}
