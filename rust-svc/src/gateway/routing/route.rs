//! Bindings of `google.api.http`, as the `.proto` writes them.

/// A binding: the HTTP method, the path template, and the field of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    pub(crate) kind: &'static str,
    pub(crate) template: &'static str,
    pub(crate) body: &'static str,
    pub(crate) response_body: &'static str,
    pub(crate) unescape: Unescape,
    pub(crate) status: u16,
    pub(crate) headers: &'static [(&'static str, &'static str)],
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

/// Any other HTTP method; `*` is every method.
pub const fn custom(kind: &'static str, template: &'static str) -> Route {
    Route { kind, template, body: "", response_body: "", unescape: Unescape::ExceptReserved, status: 200, headers: &[] }
}

impl Route {
    /// Sets the field of the request that the body holds; `*` is the whole request. Without it there is no body.
    pub const fn body(mut self, field: &'static str) -> Self {
        self.body = field;
        self
    }

    /// Sets the field of the response that is printed instead of the whole.
    pub const fn response_body(mut self, field: &'static str) -> Self {
        self.response_body = field;
        self
    }

    /// Sets the status of successful calls, 200 to 399. 204 has no body.
    pub const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Sets headers of successful calls. `{field}` in a value is a field of the response.
    pub const fn headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.headers = headers;
        self
    }

    /// Sets how variables of several segments are decoded.
    pub const fn unescape(mut self, unescape: Unescape) -> Self {
        self.unescape = unescape;
        self
    }
}

impl Unescape {
    /// Returns whether a byte stays encoded.
    pub(crate) fn keeps(self, byte: u8) -> bool {
        match self {
            Self::ExceptReserved => b":/?#[]@!$&'()*+,;=".contains(&byte),
            Self::ExceptSlash => byte == b'/',
            Self::All => false,
        }
    }
}
