//! An outage and its end, simulated for thousands of clients on a paused clock.

mod chart;
mod simulation;

use std::path::Path;

use self::{
    chart::Chart,
    simulation::{FAILING, GONE, Seconds, UP_AGAIN, simulate},
};

/// The second from which all breakers are closed: they stay open for 6 s at most, and three probes come once a second.
const RECOVERED: usize = UP_AGAIN + 8;

/// Compares the chart of the user guide with this run: the scheduler of tokio is random, so they differ a little.
/// `UPDATE_GOLDEN=1` writes it.
fn check_chart(seconds: &Seconds) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/outage.svg");
    let chart = Chart::new(seconds);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, chart.to_string()).unwrap();
    }
    let drawn = std::fs::read_to_string(&path).unwrap();
    assert!(chart.resembles(&drawn), "{} is stale: run this test with UPDATE_GOLDEN=1", path.display());
}

#[tokio::test(start_paused = true)]
async fn an_outage_causes_no_storm_and_leaves_no_traces() {
    let seconds = simulate().await;
    let Seconds { calls, attempts, failures, connects, open_breakers } = &seconds;
    let usual = calls[FAILING - 1];
    let sum = |numbers: &[usize]| numbers.iter().sum::<usize>();
    let ratio = |from: usize, to: usize| sum(&attempts[from..to]) as f64 / sum(&calls[from..to]) as f64;
    for (from, to) in [(0, calls.len()), (FAILING, UP_AGAIN), (UP_AGAIN, calls.len())] {
        assert!(ratio(from, to) <= 1.1, "{} attempts a call in seconds {from} to {to}", ratio(from, to));
    }
    assert!(
        attempts[UP_AGAIN..].iter().all(|attempts| *attempts <= usual * 11 / 10),
        "no storm of calls: {attempts:?}"
    );
    assert!(
        connects[FAILING..GONE].iter().all(|connects| *connects == 0),
        "an error breaks no connection: {connects:?}"
    );
    assert!(connects[GONE..].iter().all(|connects| *connects <= usual * 6), "no storm of connects: {connects:?}");
    assert!(sum(&open_breakers[FAILING..UP_AGAIN]) > 0, "breakers open: {open_breakers:?}");
    assert_eq!(sum(&failures[RECOVERED..]), 0, "no call fails: {failures:?}");
    assert_eq!(sum(&open_breakers[RECOVERED..]), 0, "all breakers are closed: {open_breakers:?}");
    check_chart(&seconds);
}
