//! JSON on several lines.

/// Indents compact JSON: each entry of an object or an array is on a line of its own.
pub(crate) fn indent(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut is_escaped) = (0, false, false);
    for (index, &byte) in json.iter().enumerate() {
        if in_string {
            in_string = is_escaped || byte != b'"';
            is_escaped = byte == b'\\' && !is_escaped;
            out.push(byte);
            continue;
        }
        let is_empty =
            matches!((index.checked_sub(1).map(|before| json[before]), byte), (Some(b'{'), b'}') | (Some(b'['), b']'));
        match byte {
            b'}' | b']' if is_empty => depth -= 1,
            b'}' | b']' => {
                depth -= 1;
                line(depth, &mut out);
            }
            _ if matches!(out.last(), Some(b'{' | b'[' | b',')) => line(depth, &mut out),
            _ => (),
        }
        out.push(byte);
        match byte {
            b'{' | b'[' => depth += 1,
            b':' => out.push(b' '),
            b'"' => in_string = true,
            _ => (),
        }
    }
    out
}

fn line(depth: usize, out: &mut Vec<u8>) {
    out.push(b'\n');
    out.extend(std::iter::repeat_n(b' ', 2 * depth));
}

#[cfg(test)]
mod tests {
    use super::indent;

    #[test]
    fn entries_are_on_lines_of_their_own() {
        for (json, expected) in [
            ("1", "1"),
            ("{}", "{}"),
            ("[]", "[]"),
            (r#""a,{\"[""#, r#""a,{\"[""#),
            (
                r#"{"a":[1,{"b":"x:{,\\"}],"c":{},"d":[]}"#,
                "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x:{,\\\\\"\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}",
            ),
            ("[[1,2],[]]", "[\n  [\n    1,\n    2\n  ],\n  []\n]"),
        ] {
            assert_eq!(String::from_utf8(indent(json.as_bytes())).expect("UTF-8"), expected, "{json}");
        }
    }
}
