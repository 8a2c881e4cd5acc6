//! Which fields a body holds, for the update mask of a PATCH.

/// The paths of the fields that the JSON held.
#[derive(Default)]
pub(crate) struct PresentFields {
    path: Vec<&'static str>,
    found: Vec<String>,
    /// How many fields were omitted since only the service sets them.
    omitted: usize,
}

/// The fields before one that was entered.
#[derive(Clone, Copy)]
pub(crate) struct FieldsBefore {
    found: usize,
    omitted: usize,
}

impl PresentFields {
    /// Enters a field. [`leave`](Self::leave) takes the result.
    pub(crate) fn enter(&mut self, name: &'static str) -> FieldsBefore {
        self.path.push(name);
        FieldsBefore { found: self.found.len(), omitted: self.omitted }
    }

    /// Leaves a field, which is present itself unless fields within it are, or were omitted.
    pub(crate) fn leave(&mut self, before: FieldsBefore) {
        if self.found.len() == before.found && self.omitted == before.omitted {
            self.found.push(self.path.join("."));
        }
        self.path.pop();
    }

    /// Omits a field.
    pub(crate) fn omit(&mut self) {
        self.omitted += 1;
    }

    pub(crate) fn into_sorted(mut self) -> Vec<String> {
        self.found.sort_unstable();
        self.found
    }
}
