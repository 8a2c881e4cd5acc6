//! Rust names from protobuf names.
//!
//! | `.proto` | Rust | rule |
//! |---|---|---|
//! | `product_id`, `productId`, `PRODUCT_ID` | `product_id` | a field, a function, a module: snake case |
//! | `stock_level`, `StockLevel` | `StockLevel` | a type, a variant: upper camel case |
//! | `CheckStock` | `CHECK_STOCK` | a constant: shouting snake case |
//! | `type` | `r#type` | a keyword is raw |
//! | `self`, `super`, `crate`, `Self` | `self_` … | where a keyword cannot be raw |
//! | `_`, `__` | `x` | a name without letters; `X` where names are capital |
//! | `_1` | `x1` | a name that would start with a digit; `X1` where names are capital |

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// A valid Rust identifier, raw where it must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ident(String);

impl Ident {
    /// The identifier of a field, a function or a module.
    pub fn snake(name: &str) -> Self {
        Self::valid(if is_snake(name) { name.to_owned() } else { name.to_snake_case() })
    }

    /// The identifier of a type or a variant.
    pub fn camel(name: &str) -> Self {
        Self::valid(if is_camel(name) { name.to_owned() } else { name.to_upper_camel_case() }).or_capital()
    }

    /// The identifier of a constant.
    pub fn shouting(name: &str) -> Self {
        Self::valid(name.to_shouty_snake_case()).or_capital()
    }

    /// The identifier in Rust source.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A documentation link, unless a macro of the prelude has the same name, which rustdoc could not tell apart.
    pub fn link(&self) -> String {
        if DERIVES.contains(&self.as_str()) { format!("`{self}`") } else { format!("[`{self}`]") }
    }

    /// The identifier without `r#`, such as the name of a module's file.
    pub fn plain(&self) -> &str {
        self.0.trim_start_matches("r#")
    }

    /// Separates the words with underscores, so that a conversion of case finds the same words: `A_A2` for `AA2`.
    pub fn split_words(&self) -> String {
        let is_start = |(index, letter): (usize, char)| index > 0 && letter.is_ascii_uppercase();
        let words = self.plain().char_indices();
        words.flat_map(|at| is_start(at).then_some('_').into_iter().chain([at.1])).collect()
    }

    /// Appends a number, as colliding names get one.
    pub fn numbered(&self, number: usize) -> Self {
        Self(format!("{}{number}", self.plain().trim_end_matches('_')))
    }

    /// Removes a prefix if a word begins after it.
    pub fn strip_prefix(&self, prefix: &Self) -> Option<Self> {
        let rest = self.plain().strip_prefix(prefix.plain())?;
        rest.starts_with(|first: char| first.is_ascii_uppercase()).then(|| Self::valid(rest.to_owned()))
    }

    fn valid(name: String) -> Self {
        match name.as_str() {
            "" => Self("x".to_owned()),
            "self" | "Self" | "super" | "crate" | "extern" => Self(format!("{name}_")),
            word if KEYWORDS.contains(&word) => Self(format!("r#{name}")),
            word if word.starts_with(|first: char| first.is_ascii_digit()) => Self(format!("x{name}")),
            _ => Self(name),
        }
    }

    /// Capitalizes a name without letters, so that it differs from that in snake case.
    fn or_capital(self) -> Self {
        match self.0.strip_prefix('x') {
            Some(digits) => Self(format!("X{digits}")),
            None => self,
        }
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a name is in snake case already, as most are.
fn is_snake(name: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    name.split('_').all(is_word)
}

/// Whether a name is in upper camel case already, as most are.
fn is_camel(name: &str) -> bool {
    let is_capital = |byte: &u8| byte.is_ascii_uppercase();
    let bytes = name.as_bytes();
    bytes.first().is_some_and(is_capital)
        && bytes.iter().all(u8::is_ascii_alphabetic)
        && !bytes.windows(2).any(|pair| pair.iter().all(is_capital))
}

/// Keywords that may be raw identifiers: strict and reserved ones of every edition up to 2024.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut",
    "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe",
    "unsized", "use", "virtual", "where", "while", "yield",
];

/// The derive macros of the prelude.
const DERIVES: &[&str] = &["Clone", "Copy", "Debug", "Default", "Eq", "Hash", "Ord", "PartialEq", "PartialOrd"];

/// Whether a word is a Rust keyword.
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word) || ["self", "Self", "super", "crate", "extern"].contains(&word)
}

/// The names in a scope. A colliding name gets the first free numeric suffix.
#[derive(Debug, Default)]
pub struct Scope {
    names: BTreeSet<String>,
    /// For each name that collided, a suffix below which none is free.
    suffixes: BTreeMap<String, usize>,
}

impl Scope {
    /// Creates a scope that contains these names.
    pub fn with(names: &[&str]) -> Self {
        Self { names: names.iter().map(|name| (*name).to_owned()).collect(), suffixes: BTreeMap::new() }
    }

    /// Adds `ident`, or `ident2`, `ident3` and so on if it collides.
    pub fn take(&mut self, ident: Ident) -> Ident {
        if self.names.insert(ident.plain().to_owned()) {
            return ident;
        }
        let suffix = self.suffixes.entry(ident.plain().to_owned()).or_insert(2);
        loop {
            let free = ident.numbered(*suffix);
            *suffix += 1;
            if self.names.insert(free.plain().to_owned()) {
                return free;
            }
        }
    }

    /// Whether the scope contains a name.
    pub fn has(&self, ident: &Ident) -> bool {
        self.names.contains(ident.plain())
    }
}

/// Whether a name does not begin with a letter, so that other generators change it.
pub fn is_nameless(name: &str) -> bool {
    !name.trim_start_matches('_').starts_with(|first: char| first.is_ascii_alphabetic())
}

/// The full name of an element of a package or message.
pub fn full_name(outer: &str, name: &str) -> String {
    if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") }
}

/// Whether a text is an identifier of protobuf. Everything else is rejected before it can become Rust code or a file name.
pub fn is_proto_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use heck::{ToSnakeCase, ToUpperCamelCase};

    use super::Ident;
    use super::Scope;
    use super::is_camel;
    use super::is_proto_identifier;
    use super::is_snake;

    #[test]
    fn names_are_converted_to_each_case() {
        for (name, snake, camel) in [
            ("product_id", "product_id", "ProductId"),
            ("productId", "product_id", "ProductId"),
            ("HTTPServer", "http_server", "HttpServer"),
            ("type", "r#type", "Type"),
            ("gen", "r#gen", "Gen"),
            ("self", "self_", "Self_"),
            ("Self", "self_", "Self_"),
            ("_", "x", "X"),
            ("_1", "x1", "X1"),
            ("a_1", "a_1", "A1"),
        ] {
            assert_eq!(Ident::snake(name).as_str(), snake, "{name}");
            assert_eq!(Ident::camel(name).as_str(), camel, "{name}");
        }
        assert_eq!(Ident::shouting("CheckStock").as_str(), "CHECK_STOCK");
    }

    #[test]
    fn names_in_the_right_case_are_unchanged() {
        let letters = ["a", "B", "_", "1", "bc", "De", ""];
        let all = letters.iter().flat_map(|one| letters.iter().map(move |other| format!("{one}{other}")));
        let all: Vec<_> = all.collect();
        for name in all.iter().flat_map(|one| all.iter().map(move |other| format!("{one}{other}"))) {
            assert!(!is_snake(&name) || name.to_snake_case() == name, "{name}");
            assert!(!is_camel(&name) || name.to_upper_camel_case() == name, "{name}");
        }
        assert!(is_snake("product_id") && is_camel("CheckStock"));
    }

    #[test]
    fn colliding_names_get_a_suffix() {
        let mut scope = Scope::with(&["client"]);
        assert_eq!(scope.take(Ident::snake("client")).as_str(), "client2");
        assert_eq!(scope.take(Ident::snake("client")).as_str(), "client3");
        assert_eq!(scope.take(Ident::snake("type")).as_str(), "r#type");
        assert_eq!(scope.take(Ident::snake("type")).as_str(), "type2");
    }

    #[test]
    fn split_words_survive_a_change_of_case() {
        for name in ["CheckStock", "a_a", "A_b_1", "_1", "_", "HTTPServer", "self"] {
            for ident in [Ident::camel(name), Ident::camel(name).numbered(2)] {
                assert_eq!(Ident::camel(&ident.split_words()), ident, "{name}");
            }
        }
        assert_eq!(Ident::camel("a_a").numbered(2).split_words(), "A_A2");
    }

    #[test]
    fn proto_identifiers() {
        assert!(["a", "_", "_a1", "A_b"].into_iter().all(is_proto_identifier));
        assert!(!["", "1a", "a b", "a-b", "a\"", "é", "a.b"].into_iter().any(is_proto_identifier));
    }
}
