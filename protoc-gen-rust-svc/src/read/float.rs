//! Defaults of floats, as protoc prints them.

use super::descriptor::Type;

/// Prints a default as protoc does. Returns `None` for other types.
pub(crate) fn float_text(kind: Type, text: &str) -> Option<String> {
    match kind {
        Type::Double => text.parse().ok().map(double),
        Type::Float => text.parse().ok().map(float),
        _ => None,
    }
}

fn double(value: f64) -> String {
    let is_exact = |text: &String| text.parse() == Ok(value);
    Some(general(&format!("{value:.14e}"), 15))
        .filter(is_exact)
        .unwrap_or_else(|| general(&format!("{value:.16e}"), 17))
}

fn float(value: f32) -> String {
    let is_exact = |text: &String| text.parse() == Ok(value);
    Some(general(&format!("{value:.5e}"), 6)).filter(is_exact).unwrap_or_else(|| general(&format!("{value:.8e}"), 9))
}

/// Prints a number by the rules of `%g` of C.
fn general(scientific: &str, digits: i32) -> String {
    // Infinity and NaN have no exponent.
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific.to_lowercase() };
    match exponent.parse() {
        Ok(exponent) if exponent < -4 || exponent >= digits => with_exponent(mantissa, exponent),
        Ok(exponent) => without_zeros(&plain(mantissa, exponent)).to_owned(),
        Err(_) => scientific.to_owned(),
    }
}

fn with_exponent(mantissa: &str, exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", without_zeros(mantissa), exponent.unsigned_abs())
}

/// Moves the point of a mantissa by its exponent.
fn plain(mantissa: &str, exponent: i32) -> String {
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits = mantissa.replace('.', "");
    match usize::try_from(exponent) {
        Ok(shift) => format!("{sign}{}.{}", &digits[..=shift], &digits[shift + 1..]),
        Err(_) => format!("{sign}0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1)),
    }
}

fn without_zeros(number: &str) -> &str {
    match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    }
}

#[cfg(test)]
mod tests {
    use super::float_text;
    use crate::read::descriptor::Type;

    #[test]
    fn numbers_are_written_as_protoc_writes_them() {
        for (text, written) in [
            ("1000000000000000000000000000000", "1e+30"),
            ("0.00000015", "1.5e-07"),
            ("123456789012345680", "1.2345678901234568e+17"),
            ("5e-324", "4.94065645841247e-324"),
            ("1e999", "inf"),
            ("-inf", "-inf"),
            ("nan", "nan"),
            ("-0.0", "-0"),
            ("-12.50", "-12.5"),
            ("0.0001", "0.0001"),
            ("999999999999999", "999999999999999"),
        ] {
            assert_eq!(float_text(Type::Double, text).as_deref(), Some(written));
        }
        for (text, written) in [("0.1", "0.1"), ("16777217", "16777216"), ("1e39", "inf"), ("1e-50", "0")] {
            assert_eq!(float_text(Type::Float, text).as_deref(), Some(written));
        }
        assert_eq!(float_text(Type::Double, "one"), None);
        assert_eq!(float_text(Type::Int32, "1"), None);
    }
}
