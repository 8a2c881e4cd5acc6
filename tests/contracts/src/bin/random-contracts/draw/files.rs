//! Files: syntax, packages, imports, features.

use super::{Draw, names::Style};
use crate::contract::{Features, File, Import, Syntax, within};

/// Parts of the names of files.
const FILES: &[&str] =
    &["a", "self", "Type", "mod", "a-b", "a b", "a.b", "_", "1", "lib", "domain", "descriptor", "ü", "con"];

impl Draw {
    pub(super) fn files(&mut self) {
        let count = self.one_of(&[1, 1, 1, 1, 2, 3]);
        for file in 0..count {
            let drawn = self.file(file);
            self.contract.files.push(drawn);
            let custom = self.custom(file, "File");
            self.contract.files[file].options.extend(custom);
        }
    }

    fn file(&mut self, file: usize) -> File {
        let syntax = self.one_of(&[
            Syntax::Proto2,
            Syntax::Proto3,
            Syntax::Proto3,
            Syntax::Proto3,
            Syntax::Edition2023,
            Syntax::Edition2024,
        ]);
        let mut options = Vec::new();
        let features = if syntax.is_edition() { self.features(syntax, &mut options) } else { of_syntax(syntax) };
        if self.in_100(5) {
            options.push("deprecated = true".to_owned());
        }
        let (package, imports) = (self.package(), self.imported(file));
        let known = Vec::new();
        File {
            path: self.path(file),
            syntax,
            package,
            imports,
            known,
            options,
            features,
            extends: Vec::new(),
            services: Vec::new(),
        }
    }

    fn path(&mut self, file: usize) -> String {
        let name = format!("{}{}", self.one_of(FILES), file);
        if self.in_100(30) { format!("{}/{name}.proto", self.one_of(FILES)) } else { format!("{name}.proto") }
    }

    fn imported(&mut self, file: usize) -> Vec<Import> {
        let others: Vec<_> = (0..file).filter(|_| self.in_100(80)).collect();
        others.into_iter().map(|file| Import { file, is_public: self.in_100(30) }).collect()
    }

    /// A package: that of another file, a nested one, or a new one.
    fn package(&mut self) -> String {
        let other = self.contract.files.last().map(|file| file.package.clone());
        match (other, self.rng.u32(..10)) {
            (Some(other), 0..4) => other,
            (Some(other), 4..6) => self.deeper(&other),
            (_, 9) => String::new(),
            _ => {
                let depth = self.one_of(&[0, 1, 1, 2]);
                let root = self.segment("");
                (0..depth).fold(root, |package, _| self.deeper(&package))
            }
        }
    }

    fn deeper(&mut self, package: &str) -> String {
        let segment = self.segment(package);
        within(package, &segment)
    }

    /// Draws a segment. Two packages may begin alike, so the name may be taken.
    fn segment(&mut self, package: &str) -> String {
        self.name(package, Style::Snake)
    }

    fn features(&mut self, syntax: Syntax, options: &mut Vec<String>) -> Features {
        let drawn = Features { is_implicit: self.in_100(30), is_closed: self.in_100(20), is_lenient: self.in_100(30) };
        let mut set = |is_set: bool, feature: &str| {
            if is_set {
                options.push(format!("features.{feature}"));
            }
        };
        set(drawn.is_implicit, "field_presence = IMPLICIT");
        set(drawn.is_closed, "enum_type = CLOSED");
        set(drawn.is_lenient, "json_format = LEGACY_BEST_EFFORT");
        set(syntax == Syntax::Edition2024, "enforce_naming_style = STYLE_LEGACY");
        for feature in ["message_encoding = DELIMITED", "repeated_field_encoding = EXPANDED", "utf8_validation = NONE"]
        {
            if self.in_100(25) {
                options.push(format!("features.{feature}"));
            }
        }
        drawn
    }
}

/// The default features of a syntax.
fn of_syntax(syntax: Syntax) -> Features {
    let is_old = syntax == Syntax::Proto2;
    Features { is_implicit: !is_old, is_closed: is_old, is_lenient: is_old }
}
