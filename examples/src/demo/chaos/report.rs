//! A page with the results of a run.

use super::invariants::Invariant;

const STYLE: &str = ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;\
padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{text-align:start;padding:.3rem .6rem;\
border-bottom:1px solid #8888}.failed{color:light-dark(#b3261e,#ff8a80);font-weight:600}";

/// Returns the page as HTML.
pub(super) fn page(seed: u64, seconds: u64, faults: &[String], found: &[Invariant]) -> String {
    let rows: String = found.iter().map(row).collect();
    let failed = found.iter().filter(|invariant| !invariant.holds).count();
    let verdict =
        if failed == 0 { "All invariants hold.".to_owned() } else { format!("{failed} invariants are violated.") };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Invariants after chaos</title>\
         <style>{STYLE}</style></head><body><h1>Invariants after chaos</h1>\
         <p>{verdict} Seed {seed}, {seconds} s, {} faults.</p>\
         <table><thead><tr><th scope=\"col\">Invariant</th><th scope=\"col\">Holds</th><th scope=\"col\">Found</th></tr></thead>\
         <tbody>{rows}</tbody></table><h2>Faults</h2><pre>{}</pre></body></html>\n",
        faults.len(),
        escaped(&faults.join("\n"))
    )
}

fn row(invariant: &Invariant) -> String {
    let (kind, word) = if invariant.holds { ("ok", "yes") } else { ("failed", "no") };
    let (name, found) = (escaped(&invariant.name), escaped(&invariant.found));
    format!("<tr><td>{name}</td><td class=\"{kind}\">{word}</td><td>{found}</td></tr>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{Invariant, page};

    #[test]
    fn a_violation_is_shown_with_its_seed() {
        let found = [Invariant { name: "a <b>".to_owned(), holds: false, found: "1 & 2".to_owned() }];
        let page = page(7, 60, &["0.1 s  order: kill".to_owned()], &found);
        for part in ["Seed 7", "1 invariants are violated", "a &lt;b&gt;", "1 &amp; 2", "order: kill"] {
            assert!(page.contains(part), "{part}");
        }
    }
}
