//! Bindings of `google.api.http`, spelled as the `.proto` spells them.

/// A binding: the method and the path of HTTP, and where the body goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    pub(super) kind: &'static str,
    pub(super) template: &'static str,
    pub(super) body: &'static str,
    pub(super) response_body: &'static str,
    pub(super) unescape: Unescape,
}

/// Which percent-encoded characters stay encoded in a variable that spans several segments. A variable of one segment
/// is decoded in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unescape {
    /// The characters that RFC 6570 reserves, `:/?#[]@!$&'()*+,;=`: the rule of `google.api.http`.
    #[default]
    ExceptReserved,
    /// The slash: `fully_decode_reserved_expansion` of `google.api.Http`.
    ExceptSlash,
    /// None.
    All,
}

/// `GET` of a path.
pub const fn get(template: &'static str) -> Route {
    custom("GET", template)
}

/// `PUT` to a path.
pub const fn put(template: &'static str) -> Route {
    custom("PUT", template)
}

/// `POST` to a path.
pub const fn post(template: &'static str) -> Route {
    custom("POST", template)
}

/// `DELETE` of a path.
pub const fn delete(template: &'static str) -> Route {
    custom("DELETE", template)
}

/// `PATCH` of a path.
pub const fn patch(template: &'static str) -> Route {
    custom("PATCH", template)
}

/// A method of HTTP that has no word of its own here; `*` is every method.
pub const fn custom(kind: &'static str, template: &'static str) -> Route {
    Route { kind, template, body: "", response_body: "", unescape: Unescape::ExceptReserved }
}

impl Route {
    /// The field of the request that the body holds, or `*` for the whole request. Without it there is no body.
    pub const fn body(mut self, field: &'static str) -> Self {
        self.body = field;
        self
    }

    /// The field of the response that is the whole answer.
    pub const fn response_body(mut self, field: &'static str) -> Self {
        self.response_body = field;
        self
    }

    /// How variables of several segments are decoded.
    pub const fn unescape(mut self, unescape: Unescape) -> Self {
        self.unescape = unescape;
        self
    }
}

impl Unescape {
    /// True for a byte that stays encoded.
    pub(super) fn keeps(self, byte: u8) -> bool {
        match self {
            Self::ExceptReserved => b":/?#[]@!$&'()*+,;=".contains(&byte),
            Self::ExceptSlash => byte == b'/',
            Self::All => false,
        }
    }
}
