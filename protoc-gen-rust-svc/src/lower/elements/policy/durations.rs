//! Durations.

/// Parses `250ms`, `1.5s`, `2m` or `1h`, up to a year.
pub(super) fn parse_millis(text: &str) -> Option<u64> {
    let unit_at = text.find(|character: char| character.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit_at);
    let factor = match unit {
        "ms" => 1.0,
        "s" => 1_000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return None,
    };
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = number.parse().ok().filter(|_| plain)?;
    let millis = (number * factor).round();
    (millis <= 366.0 * 24.0 * 3_600_000.0).then_some(millis as u64)
}

#[cfg(test)]
mod tests {
    use super::parse_millis;

    #[test]
    fn durations_are_parsed_to_milliseconds() {
        for (text, millis) in [("250ms", 250), ("1.5s", 1_500), ("2m", 120_000), ("1h", 3_600_000), ("0s", 0)] {
            assert_eq!(parse_millis(text), Some(millis), "{text}");
        }
        for text in ["", "5", "ms", "-1s", "1e3s", "1 s", "1sec", "1.2.3s", "99999999999h", "infs", ".s"] {
            assert_eq!(parse_millis(text), None, "{text}");
        }
    }
}
