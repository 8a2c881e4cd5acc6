//! The fields of a message that come from the path and the query.

/// A field and the fields within it, as a request names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ParameterTree {
    name: String,
    is_key: bool,
    texts: Vec<String>,
    body: bool,
    is_present: bool,
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
    /// Returns the name of the field or the key.
    pub(crate) fn name(&self) -> &'a str {
        match self {
            Self::Field(name) | Self::Key(name) => name,
        }
    }
}

impl ParameterTree {
    /// Creates a message without fields.
    pub(crate) fn root() -> Self {
        Self::default()
    }

    /// Returns the field at the end of these steps, and adds it if it is new.
    pub(crate) fn at<'a>(&mut self, steps: impl IntoIterator<Item = PathStep<'a>>) -> &mut Self {
        steps.into_iter().fold(self, Self::child)
    }

    /// Sets the field, or adds to it.
    pub(crate) fn push(&mut self, text: String) {
        self.texts.push(text);
    }

    /// Marks the field as the one that the body holds.
    pub(crate) fn set_body(&mut self) {
        self.body = true;
    }

    /// Marks the field as set to an empty message, unless parameters set fields of it.
    pub(crate) fn set_present(&mut self) {
        self.is_present = true;
    }

    /// Changes the texts of the field.
    pub(crate) fn texts_mut(&mut self) -> &mut Vec<String> {
        &mut self.texts
    }

    /// Returns whether neither the body nor a parameter sets a field.
    pub(crate) fn is_unset(&self) -> bool {
        !self.body && !self.is_present && self.texts.is_empty() && self.children.is_empty()
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn is_key(&self) -> bool {
        self.is_key
    }

    pub(crate) fn is_present(&self) -> bool {
        self.is_present
    }

    pub(crate) fn is_body(&self) -> bool {
        self.body
    }

    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    pub(crate) fn children(&self) -> &[ParameterTree] {
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
