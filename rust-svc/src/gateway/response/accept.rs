//! The media types that a caller accepts (RFC 9110, section 12.5.1).

use axum::http::{HeaderMap, HeaderValue, header};

/// The media ranges of `Accept`.
pub(crate) struct Accept<'h>(Vec<MediaRange<'h>>);

struct MediaRange<'h> {
    media: &'h str,
    /// The weight `q`, in thousandths.
    weight: u16,
}

impl<'h> Accept<'h> {
    pub(crate) fn read(headers: &'h HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value: &HeaderValue| value.to_str().ok());
        Self(values.flat_map(|value| value.split(',')).filter_map(MediaRange::parse).collect())
    }

    /// Chooses the offer with the highest weight. Of several the most exactly named one wins, then the first one. Without
    /// `Accept` it is the first one. Returns `None` if the caller accepts no offer.
    pub(crate) fn choose<T: Copy>(&self, offers: &[(&str, T)]) -> Option<T> {
        let mut best = None;
        for (media, offer) in offers {
            let Some(rank) = self.rank(media) else { continue };
            if best.is_none_or(|(highest, _)| rank > highest) {
                best = Some((rank, *offer));
            }
        }
        best.map(|(_, offer)| offer)
    }

    /// Returns the weight of a media type and how exactly it is named. The most exact range decides.
    fn rank(&self, media: &str) -> Option<(u16, u8)> {
        if self.0.is_empty() {
            return Some((1_000, 0));
        }
        let exact = self.0.iter().filter_map(|range| Some((range.exactness(media)?, range.weight))).max();
        exact.filter(|(_, weight)| *weight > 0).map(|(exactness, weight)| (weight, exactness))
    }
}

impl<'h> MediaRange<'h> {
    fn parse(element: &'h str) -> Option<Self> {
        let mut parts = element.split(';').map(str::trim);
        let media = parts.next().filter(|media| !media.is_empty())?;
        let mut weights = parts.filter_map(|parameter| {
            let (name, weight) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| thousandths(weight.trim()))
        });
        Some(Self { media, weight: weights.next().unwrap_or(1_000) })
    }

    /// Returns how exactly the range names a media type: 2 for the type, 1 for `application/*`, 0 for `*/*`.
    fn exactness(&self, media: &str) -> Option<u8> {
        if self.media.eq_ignore_ascii_case(media) {
            return Some(2);
        }
        let (kind, _) = media.split_once('/')?;
        match self.media.split_once('/')? {
            ("*", "*") => Some(0),
            (own, "*") if own.eq_ignore_ascii_case(kind) => Some(1),
            _ => None,
        }
    }
}

/// Reads a weight; one that is malformed counts as 1.
fn thousandths(weight: &str) -> u16 {
    let digits = |text: &str| text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    match weight.split_once('.').unwrap_or((weight, "")) {
        ("0", fraction) if digits(fraction) => format!("{fraction:0<3}").parse().unwrap_or(1_000),
        _ => 1_000,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::Accept;

    const OFFERS: [(&str, char); 3] =
        [("application/x-ndjson", 'l'), ("application/json", 'a'), ("text/event-stream", 'e')];

    #[test]
    fn the_offer_with_the_highest_weight_is_chosen() {
        for (accept, chosen) in [
            ("text/event-stream", Some('e')),
            (" Text/Event-Stream; q=0.5", Some('e')),
            ("text/event-stream;charset=utf-8", Some('e')),
            ("text/event-stream;q=0", None),
            ("text/event-stream; Q = 0.000", None),
            ("text/event-streams", None),
            ("application/json", Some('a')),
            ("application/*", Some('l')),
            ("*/*", Some('l')),
            ("text/event-stream, */*", Some('e')),
            ("text/event-stream;q=0.9, */*", Some('l')),
            ("application/json;q=0.4, text/event-stream;q=0.5", Some('e')),
            ("application/json, text/event-stream", Some('a')),
            ("*/*, application/x-ndjson;q=0", Some('a')),
            ("application/*;q=0.1, text/*;q=0.2", Some('e')),
            ("application/json;q=x", Some('a')),
            ("text/html", None),
            ("", Some('l')),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(Accept::read(&headers).choose(&OFFERS), chosen, "{accept}");
        }
        assert_eq!(Accept::read(&HeaderMap::new()).choose(&OFFERS), Some('l'));
    }
}
