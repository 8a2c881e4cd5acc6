//! A chart as an SVG.

use std::fmt;

use super::simulation::{FAILING, GONE, Seconds, UP_AGAIN};

/// The size of the area of a chart, and its margins.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 30.0;

/// How far a line may be from that of another run, as a share of the height, and for which share of its points.
const TOLERANCE: f64 = 0.1;
const SIMILAR: f64 = 0.9;

/// Lines over the seconds of a simulation.
pub(super) struct Chart {
    lines: [Line; 4],
    most: f64,
}

struct Line {
    name: &'static str,
    color: &'static str,
    numbers: Vec<usize>,
}

impl Chart {
    pub(super) fn new(seconds: &Seconds) -> Self {
        let line = |name, color, numbers: &Vec<usize>| Line { name, color, numbers: numbers.clone() };
        let lines = [
            line("calls", "#888888", &seconds.calls),
            line("attempts that reach a server", "#1f77b4", &seconds.attempts),
            line("failed calls", "#d62728", &seconds.failures),
            line("connects", "#2ca02c", &seconds.connects),
        ];
        let most = lines.iter().flat_map(|line| &line.numbers).max().copied().unwrap_or(1);
        Self { lines, most: most as f64 }
    }

    /// Returns whether a chart that was drawn earlier shows about the same.
    pub(super) fn resembles(&self, drawn: &str) -> bool {
        let before: Vec<_> = drawn.lines().filter_map(points).collect();
        let now: Vec<_> = self.to_string().lines().filter_map(points).collect();
        before.len() == now.len() && before.iter().zip(&now).all(|(before, now)| is_similar(before, now))
    }

    fn x(&self, second: usize) -> f64 {
        LEFT + second as f64 / (self.lines[0].numbers.len() - 1) as f64 * WIDTH
    }

    fn y(&self, number: usize) -> f64 {
        TOP + HEIGHT * (1.0 - number as f64 / self.most)
    }

    fn band(&self, f: &mut fmt::Formatter<'_>, from: usize, to: usize, color: &str, text: &str) -> fmt::Result {
        let (x, width) = (self.x(from), self.x(to) - self.x(from));
        writeln!(f, r#"<rect x="{x:.1}" y="{TOP}" width="{width:.1}" height="{HEIGHT}" fill="{color}"/>"#)?;
        writeln!(f, r#"<text x="{:.1}" y="{}" text-anchor="middle">{text}</text>"#, x + width / 2.0, TOP - 8.0)
    }

    fn axes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bottom = TOP + HEIGHT;
        for second in (0..self.lines[0].numbers.len()).step_by(10) {
            let x = self.x(second);
            writeln!(f, r#"<text x="{x:.1}" y="{}" text-anchor="middle">{second} s</text>"#, bottom + 18.0)?;
        }
        for share in 0..=4 {
            let number = (self.most / 4.0 * f64::from(share)) as usize;
            let y = self.y(number);
            writeln!(f, r##"<path d="M{LEFT} {y:.1}h{WIDTH}" stroke="#dddddd"/>"##)?;
            writeln!(f, r#"<text x="{}" y="{:.1}" text-anchor="end">{number}</text>"#, LEFT - 6.0, y + 4.0)?;
        }
        Ok(())
    }
}

impl fmt::Display for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (width, height) = (LEFT + WIDTH + 20.0, TOP + HEIGHT + 60.0);
        writeln!(
            f,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">"#
        )?;
        writeln!(f, r##"<rect width="{width}" height="{height}" fill="#ffffff"/>"##)?;
        self.band(f, FAILING, GONE, "#fff3e0", "servers fail")?;
        self.band(f, GONE, UP_AGAIN, "#ffebee", "servers are gone")?;
        self.axes(f)?;
        for (index, Line { name, color, numbers }) in self.lines.iter().enumerate() {
            let points: Vec<_> =
                numbers.iter().enumerate().map(|(second, number)| (self.x(second), self.y(*number))).collect();
            let points: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            writeln!(f, r#"<polyline fill="none" stroke="{color}" stroke-width="2" points="{}"/>"#, points.join(" "))?;
            let (x, y) = (LEFT + 180.0 * index as f64, TOP + HEIGHT + 44.0);
            writeln!(f, r#"<text x="{x}" y="{y}" fill="{color}">{name}</text>"#)?;
        }
        writeln!(f, "</svg>")
    }
}

/// Returns the heights of the points of a line.
fn points(line: &str) -> Option<Vec<f64>> {
    let (_, points) = line.split_once(r#"points=""#)?;
    let points = points.split('"').next()?.split(' ');
    points.map(|point| point.split_once(',')?.1.parse().ok()).collect()
}

fn is_similar(before: &[f64], now: &[f64]) -> bool {
    let near = before.iter().zip(now).filter(|(before, now)| (*before - *now).abs() <= TOLERANCE * HEIGHT).count();
    before.len() == now.len() && near as f64 >= SIMILAR * now.len() as f64
}
