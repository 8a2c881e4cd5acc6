//! Which fields a body holds, for the update mask of a PATCH.

/// The paths of the fields that the JSON held.
#[derive(Default)]
pub(crate) struct PresentFields {
    path: Vec<&'static str>,
    found: Vec<String>,
}

impl PresentFields {
    /// Enters a field. Returns how many paths were found before it, for [`leave`](Self::leave).
    pub(crate) fn enter(&mut self, name: &'static str) -> usize {
        self.path.push(name);
        self.found.len()
    }

    /// Leaves a field, which is present itself if none within it is.
    pub(crate) fn leave(&mut self, found_before: usize) {
        if self.found.len() == found_before {
            self.found.push(self.path.join("."));
        }
        self.path.pop();
    }

    pub(crate) fn into_sorted(mut self) -> Vec<String> {
        self.found.sort_unstable();
        self.found
    }
}
