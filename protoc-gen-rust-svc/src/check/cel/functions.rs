//! Functions in CEL rules of `buf.validate`.

use super::tokens::CelToken;

/// The functions that the CEL library of the runtime implements.
const KNOWN: [&str; 50] = [
    "all",
    "bytes",
    "contains",
    "double",
    "duration",
    "endsWith",
    "exists",
    "existsOne",
    "exists_one",
    "filter",
    "format",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getField",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "has",
    "hasValue",
    "int",
    "isEmail",
    "isHostAndPort",
    "isHostname",
    "isInf",
    "isIp",
    "isIpPrefix",
    "isNan",
    "isUri",
    "isUriRef",
    "map",
    "matches",
    "max",
    "min",
    "none",
    "of",
    "ofNonZeroValue",
    "or",
    "orValue",
    "size",
    "startsWith",
    "string",
    "timestamp",
    "uint",
    "unique",
    "value",
];

/// Returns the functions that a rule calls and the runtime does not implement.
pub(super) fn unknown<'a>(tokens: &[CelToken<'a>]) -> Vec<&'a str> {
    let mut unknown: Vec<&str> = calls(tokens).filter(|name| !KNOWN.contains(name)).collect();
    unknown.sort_unstable();
    unknown.dedup();
    unknown
}

/// The names before parentheses.
fn calls<'a>(tokens: &[CelToken<'a>]) -> impl Iterator<Item = &'a str> {
    tokens.windows(2).filter_map(|pair| match pair {
        [CelToken::Name(name), CelToken::Symbol("(")] => Some(*name),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::KNOWN;
    use super::calls;
    use super::unknown;
    use crate::check::cel::tokens::tokens;
    use crate::diagnostics::codes;

    #[test]
    fn strings_and_comments_are_skipped() {
        for (expression, expected) in [
            ("this.size() > 0 && size (this) < 5", &["size", "size"][..]),
            ("this in ('a', 'b(') || !(this == \"c(\\\"d(\")", &[]),
            ("this.matches(r'\\') && f(this) // g(this)\n && h()", &["matches", "f", "h"]),
            ("'''it's x(''' + b\"\\\\\" + y(\"\") + \"\"\"a\"b(\"\"\" + br'c(' + 'é\\ü('", &["y"]),
            ("a.all(b, b.c(1e5)) ? d : e_1(", &["all", "c", "e_1"]),
        ] {
            let tokens = tokens(expression).expect("valid tokens");
            assert_eq!(calls(&tokens).collect::<Vec<_>>(), expected, "{expression}");
        }
    }

    #[test]
    fn known_functions_are_explained() {
        let explanation = codes::find("W0503").expect("it is explained").explanation;
        let (_, listed) = explanation.split_once("functions are:").expect("there is a list");
        let listed: Vec<_> = listed.split([',', '.']).map(str::trim).filter(|name| !name.is_empty()).collect();
        assert_eq!(listed, KNOWN);
    }

    #[test]
    fn unknown_functions_are_reported_once() {
        let tokens = tokens("this.lowerAscii() == lowerAscii(this.trim()) || this in (x) || has(x)");
        assert_eq!(unknown(&tokens.expect("valid tokens")), ["lowerAscii", "trim"]);
    }
}
