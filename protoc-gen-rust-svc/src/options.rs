//! What the user asks of the generator: `opt:` of buf, `--rust-svc_opt` of protoc, `--opt` of the command line.

use std::collections::BTreeSet;

use crate::{diagnostics::Diagnostics, read::Position};

/// How to generate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What to emit.
    pub emit: BTreeSet<Artefact>,
    /// What the traits speak.
    pub types: Types,
    /// Packages that were generated elsewhere, and the Rust paths at which they are found; longest first.
    pub extern_paths: Vec<(String, String)>,
    /// Whether to generate imported files that the requested ones refer to, and that no `extern_path` maps.
    pub include_imports: bool,
    /// Whether to print the model beside the warnings.
    pub dumps_model: bool,
}

/// What the traits speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Types {
    /// Plain types, with conversions.
    Domain,
    /// The messages that travel.
    Proto,
}

/// A file of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "they are named as the files")]
pub enum Artefact {
    Domain,
    Pb,
    Convert,
    Adapter,
    Client,
    Gateway,
    Fake,
    Json,
    Descriptor,
}

impl Artefact {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Domain,
        Self::Pb,
        Self::Convert,
        Self::Adapter,
        Self::Client,
        Self::Gateway,
        Self::Fake,
        Self::Json,
        Self::Descriptor,
    ];

    /// The name in options, and of the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Pb => "pb",
            Self::Convert => "convert",
            Self::Adapter => "adapter",
            Self::Client => "client",
            Self::Gateway => "gateway",
            Self::Fake => "fake",
            Self::Json => "json",
            Self::Descriptor => "descriptor",
        }
    }

    /// What it refers to.
    fn needs(self) -> &'static [Self] {
        match self {
            Self::Domain | Self::Pb | Self::Descriptor => &[],
            Self::Convert => &[Self::Domain, Self::Pb],
            Self::Fake => &[Self::Domain],
            Self::Json => &[Self::Pb],
            Self::Adapter | Self::Client => &[Self::Domain, Self::Convert, Self::Pb],
            Self::Gateway => &[Self::Domain, Self::Convert, Self::Pb, Self::Json],
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            emit: Artefact::ALL.into(),
            types: Types::Domain,
            extern_paths: Vec::new(),
            include_imports: false,
            dumps_model: false,
        }
    }
}

const HELP: &str = "the options are emit=, types=, extern_path=, include_imports= and dump=";

impl Options {
    /// Reads options as they reach a plugin: `name=value`, separated by commas. `\,` is a comma within a value.
    ///
    /// A value that may occur several times is given several times, or with `+` or commas between: `emit=domain+fake`.
    pub fn parse(parameter: &str, diagnostics: &mut Diagnostics) -> Self {
        let mut options = Self { emit: BTreeSet::new(), ..Self::default() };
        for option in split(parameter) {
            // Commas within a list are commas between options, too.
            let is_listed = Artefact::ALL.iter().any(|artefact| artefact.name() == option);
            let (name, value) = match option.split_once('=') {
                None if is_listed => ("emit", option.as_str()),
                None => (option.as_str(), ""),
                Some(parts) => parts,
            };
            if let Err((message, help)) = options.set(name.trim(), value.trim()) {
                diagnostics.error("E0101", &Position::default(), message).help(help);
            }
        }
        options.finish();
        options
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), (String, String)> {
        match name {
            "emit" => self.set_emit(value),
            "types" => self.set_types(value),
            "extern_path" => self.add_extern_path(value),
            "include_imports" => self.set_include_imports(value),
            "dump" => self.set_dump(value),
            _ => Err((format!("unknown option {name:?}"), HELP.to_owned())),
        }
    }

    fn set_emit(&mut self, value: &str) -> Result<(), (String, String)> {
        for name in value.split('+') {
            if name == "all" {
                self.emit.extend(Artefact::ALL);
                continue;
            }
            let known = Artefact::ALL.into_iter().find(|artefact| artefact.name() == name);
            let names = || Artefact::ALL.map(Artefact::name).join(", ");
            let unknown = || (format!("emit= does not know {name:?}"), format!("it knows all, {}", names()));
            self.emit.insert(known.ok_or_else(unknown)?);
        }
        Ok(())
    }

    fn set_types(&mut self, value: &str) -> Result<(), (String, String)> {
        self.types = match value {
            "domain" => Types::Domain,
            "proto" => Types::Proto,
            _ => return Err((format!("types= does not know {value:?}"), "it knows domain and proto".to_owned())),
        };
        Ok(())
    }

    fn add_extern_path(&mut self, value: &str) -> Result<(), (String, String)> {
        let help = || "write extern_path=.google.type=::my_crate::google::r#type".to_owned();
        let malformed = || (format!("extern_path={value} maps no package to a path of Rust"), help());
        let (package, path) = value.split_once('=').ok_or_else(malformed)?;
        let package = package.strip_prefix('.').ok_or_else(malformed)?;
        let path = syn::parse_str::<syn::Path>(path).map(|_| path.to_owned()).map_err(|_| malformed())?;
        self.extern_paths.push((package.to_owned(), path));
        Ok(())
    }

    fn set_include_imports(&mut self, value: &str) -> Result<(), (String, String)> {
        self.include_imports = match value {
            "true" | "" => true,
            "false" => false,
            _ => {
                return Err((
                    format!("include_imports= does not know {value:?}"),
                    "it knows true and false".to_owned(),
                ));
            }
        };
        Ok(())
    }

    fn set_dump(&mut self, value: &str) -> Result<(), (String, String)> {
        if value != "model" {
            return Err((format!("dump= does not know {value:?}"), "it knows model".to_owned()));
        }
        self.dumps_model = true;
        Ok(())
    }

    /// Whether an artefact is to be emitted.
    pub fn emits(&self, artefact: Artefact) -> bool {
        self.emit.contains(&artefact)
    }

    fn finish(&mut self) {
        if self.emit.is_empty() {
            self.emit = Artefact::ALL.into();
        }
        let needed: Vec<_> = self.emit.iter().flat_map(|artefact| artefact.needs()).copied().collect();
        self.emit.extend(needed);
        self.extern_paths.sort_by_key(|(package, _)| std::cmp::Reverse(package.len()));
    }
}

/// Splits at commas, except those behind a backslash.
fn split(parameter: &str) -> Vec<String> {
    let marked = parameter.replace("\\,", "\u{0}");
    let parts = marked.split(',').map(|part| part.trim().replace('\u{0}', ","));
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Artefact, Options, Types};
    use crate::diagnostics::Diagnostics;

    fn parse(parameter: &str) -> Result<Options, String> {
        let mut diagnostics = Diagnostics::default();
        let options = Options::parse(parameter, &mut diagnostics);
        if diagnostics.has_errors() { Err(diagnostics.errors()) } else { Ok(options) }
    }

    #[test]
    fn reads() {
        assert_eq!(parse(""), Ok(Options::default()));
        let options =
            parse("types=proto, emit=fake+domain,extern_path=.a.b=::x::b,extern_path=.a.b.c=::y").expect("valid");
        assert_eq!(options.types, Types::Proto);
        assert_eq!(options.emit, [Artefact::Domain, Artefact::Fake].into());
        assert_eq!(options.extern_paths[0], ("a.b.c".to_owned(), "::y".to_owned()));
        assert!(parse("emit=gateway").expect("valid").emits(Artefact::Json));
        assert_eq!(parse("emit=fake,domain").expect("valid").emit, [Artefact::Domain, Artefact::Fake].into());
        assert_eq!(parse("emit=all"), Ok(Options::default()));
    }

    #[test]
    fn refuses() {
        for parameter in
            ["emti=all", "emit=every", "types=", "extern_path=.a", "extern_path=a=::b", "extern_path=.a=b c"]
        {
            let text = parse(parameter).expect_err(parameter);
            assert!(text.starts_with("error[E0101]: ") && text.contains("help: "), "{text}");
        }
    }
}
