//! Distances and travel times.

use rust_svc::{SignedDuration, Timestamp};

use crate::generated::dispatch::v1::{Point, Route};

const EARTH_RADIUS_METERS: f64 = 6_371_000.0;
/// The speed of a bicycle in a city.
const METERS_PER_SECOND: i64 = 5;

/// Returns the route through these points.
pub(super) fn route(points: Vec<Point>) -> Route {
    let meters: f64 = points.windows(2).map(|pair| distance(&pair[0], &pair[1])).sum();
    // The length of a route with a bounded number of points fits into an integer.
    let distance_meters = meters.round() as i64;
    let travel_time = SignedDuration::new(distance_meters / METERS_PER_SECOND, 0);
    Route { points, distance_meters, travel_time, confirm_time: Some(Timestamp::now()) }
}

/// The length of the great circle between two points in metres, by the haversine formula.
fn distance(from: &Point, to: &Point) -> f64 {
    let (from_latitude, to_latitude) = (from.latitude.to_radians(), to.latitude.to_radians());
    let north = (to_latitude - from_latitude) / 2.0;
    let east = (to.longitude - from.longitude).to_radians() / 2.0;
    let chord = north.sin().powi(2) + from_latitude.cos() * to_latitude.cos() * east.sin().powi(2);
    2.0 * EARTH_RADIUS_METERS * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::{Point, route};

    #[test]
    fn adds_up_the_legs() {
        let point = |latitude, longitude| Point { latitude, longitude };
        let there = route(vec![point(0.0, 0.0), point(0.0, 1.0)]);
        assert_eq!(there.distance_meters, 111_195);
        let back = route(vec![point(0.0, 0.0), point(0.0, 1.0), point(0.0, 0.0)]);
        assert_eq!(back.distance_meters, 222_390);
        assert_eq!(back.travel_time.map(|it| it.seconds()), Some(44_478));
        assert_eq!(route(vec![point(90.0, 0.0), point(-90.0, 0.0)]).distance_meters, 20_015_087);
        assert_eq!(route(vec![point(1.0, 1.0)]).distance_meters, 0);
    }
}
