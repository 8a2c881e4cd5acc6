//! The fields of a message that come from the path and the query.

/// A field and those within it, as they are named in a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ParameterTree {
    name: String,
    is_key: bool,
    texts: Vec<String>,
    body: bool,
    children: Vec<ParameterTree>,
}

/// One step from a message to a field within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathStep<'a> {
    /// A field of a message.
    Field(&'a str),
    /// A key of a map.
    Key(&'a str),
}

impl<'a> PathStep<'a> {
    /// What the field or the key is called.
    pub(crate) fn name(&self) -> &'a str {
        match self {
            Self::Field(name) | Self::Key(name) => name,
        }
    }
}

impl ParameterTree {
    /// A message none of whose fields is set.
    pub(crate) fn root() -> Self {
        Self::default()
    }

    /// The field at the end of these steps.
    pub(crate) fn at<'a>(&mut self, steps: impl IntoIterator<Item = PathStep<'a>>) -> &mut Self {
        steps.into_iter().fold(self, Self::child)
    }

    /// Sets the field, or adds to it.
    pub(crate) fn push(&mut self, text: String) {
        self.texts.push(text);
    }

    /// The field is in the body.
    pub(crate) fn set_body(&mut self) {
        self.body = true;
    }

    /// Whether neither the body nor a parameter says anything.
    pub(super) fn is_unset(&self) -> bool {
        !self.body && self.texts.is_empty() && self.children.is_empty()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_key(&self) -> bool {
        self.is_key
    }

    pub(super) fn is_body(&self) -> bool {
        self.body
    }

    pub(super) fn texts(&self) -> &[String] {
        &self.texts
    }

    pub(super) fn children(&self) -> &[ParameterTree] {
        &self.children
    }

    fn child(&mut self, step: PathStep<'_>) -> &mut Self {
        let (name, is_key) = (step.name(), matches!(step, PathStep::Key(_)));
        let found = self.children.iter().position(|child| child.is_key == is_key && child.name == name);
        let index = found.unwrap_or_else(|| {
            self.children.push(Self { name: name.to_owned(), is_key, ..Self::default() });
            self.children.len() - 1
        });
        &mut self.children[index]
    }
}
