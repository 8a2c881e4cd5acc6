//! The numbers of JSON, exactly as they are written.

/// Returns the length of the JSON number at the start of `text`; `None` if there is none.
pub(crate) fn scan(text: &[u8]) -> Option<usize> {
    let mut position = usize::from(text.first() == Some(&b'-'));
    position += match text.get(position)? {
        b'0' => 1,
        b'1'..=b'9' => digits(&text[position..]),
        _ => return None,
    };
    if text.get(position) == Some(&b'.') {
        position += 1 + some_digits(&text[position + 1..])?;
    }
    if matches!(text.get(position), Some(b'e' | b'E')) {
        position += 1;
        position += usize::from(matches!(text.get(position), Some(b'+' | b'-')));
        position += some_digits(&text[position..])?;
    }
    Some(position)
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn some_digits(text: &[u8]) -> Option<usize> {
    Some(digits(text)).filter(|&count| count > 0)
}

/// The reason why a number is not one of an integer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntegerError {
    /// It is not a number.
    Syntax,
    /// It has digits after the point that are not zero.
    Fraction,
    /// It is too large.
    Range,
}

/// Reads a whole number, as `42`, `42.0` or `4.2e1`, without going through a float.
pub(crate) fn integer(text: &str) -> Result<i128, IntegerError> {
    if scan(text.as_bytes()) != Some(text.len()) {
        return Err(IntegerError::Syntax);
    }
    match text.parse::<i64>() {
        Ok(value) => Ok(value.into()),
        Err(_) => decimal(text),
    }
}

fn decimal(text: &str) -> Result<i128, IntegerError> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.trim_start_matches('-').bytes().all(|byte| byte == b'0') {
        return Ok(0);
    }
    // What does not fit into an exponent of 64 bits is far out of every range, but on which side matters.
    let exponent =
        exponent.parse::<i64>().unwrap_or(if exponent.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 });
    let dropped = i64::try_from(digits.len() - significant.len()).map_err(|_| IntegerError::Range)?;
    let behind_point = i64::try_from(fraction.len()).map_err(|_| IntegerError::Range)?;
    let zeros = exponent.saturating_sub(behind_point).saturating_add(dropped);
    let zeros =
        u32::try_from(zeros).map_err(|_| if zeros < 0 { IntegerError::Fraction } else { IntegerError::Range })?;
    let scale = 10i128.checked_pow(zeros).ok_or(IntegerError::Range)?;
    significant.parse::<i128>().ok().and_then(|value| value.checked_mul(scale)).ok_or(IntegerError::Range)
}

#[cfg(test)]
mod tests {
    use super::{IntegerError, integer, scan};

    #[test]
    fn whole_numbers_are_read_in_every_notation() {
        for (text, value) in [
            ("0", Ok(0)),
            ("-0", Ok(0)),
            ("42", Ok(42)),
            ("-42", Ok(-42)),
            ("42.0", Ok(42)),
            ("4.2e1", Ok(42)),
            ("4.2E+1", Ok(42)),
            ("420e-1", Ok(42)),
            ("-1.5e1", Ok(-15)),
            ("0e999999999999999999999", Ok(0)),
            ("0.0", Ok(0)),
            ("100", Ok(100)),
            ("1e2", Ok(100)),
            ("18446744073709551615", Ok(18_446_744_073_709_551_615)),
            ("1.8446744073709551615e19", Ok(18_446_744_073_709_551_615)),
            ("0.5", Err(IntegerError::Fraction)),
            ("1e-1", Err(IntegerError::Fraction)),
            ("1e-99999999999999999999", Err(IntegerError::Fraction)),
            ("1e99", Err(IntegerError::Range)),
            ("1e999999", Err(IntegerError::Range)),
            ("1e99999999999999999999", Err(IntegerError::Range)),
            ("999999999999999999999999999999999999999999", Err(IntegerError::Range)),
            ("", Err(IntegerError::Syntax)),
            ("-", Err(IntegerError::Syntax)),
            ("+1", Err(IntegerError::Syntax)),
            ("01", Err(IntegerError::Syntax)),
            ("-01", Err(IntegerError::Syntax)),
            (" 1", Err(IntegerError::Syntax)),
            ("1 ", Err(IntegerError::Syntax)),
            ("1.", Err(IntegerError::Syntax)),
            (".1", Err(IntegerError::Syntax)),
            ("1e", Err(IntegerError::Syntax)),
            ("0x1", Err(IntegerError::Syntax)),
            ("NaN", Err(IntegerError::Syntax)),
        ] {
            assert_eq!(integer(text), value, "{text}");
        }
    }

    #[test]
    fn scans_no_further_than_the_number() {
        assert_eq!(scan(b"12,"), Some(2));
        assert_eq!(scan(b"-1.5e-3]"), Some(7));
        assert_eq!(scan(b"01"), Some(1));
        assert_eq!(scan(b"x"), None);
    }
}
