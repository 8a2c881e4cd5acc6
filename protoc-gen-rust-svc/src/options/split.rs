//! How generated packages are split.

use super::{Overrides, value::unknown};

/// Whether packages are crates or behind features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// One module tree holds all packages.
    None,
    /// One module tree holds all packages, each behind a feature.
    Features,
    /// Each package is a crate.
    Crates,
}

impl Split {
    pub(super) fn parse(value: &str) -> Result<Self, (String, String)> {
        match value {
            "none" => Ok(Self::None),
            "features" => Ok(Self::Features),
            "crates" => Ok(Self::Crates),
            _ => Err(unknown("split", value, &["none", "features", "crates"])),
        }
    }

    /// Checks that the paths of other options are valid in every crate.
    pub(super) fn check(
        self,
        extern_paths: &[(String, String)],
        overrides: &Overrides,
    ) -> Result<(), (String, String)> {
        let extern_paths = extern_paths.iter().map(|(package, path)| ("extern_path", package, path));
        let domain_types = overrides.domain_types.iter().map(|(name, custom)| ("domain_type", name, &custom.path));
        let local = extern_paths.chain(domain_types).find(|(_, _, path)| path.starts_with("crate"));
        let Some((option, name, path)) = local.filter(|_| self == Self::Crates) else { return Ok(()) };
        let help = "`crate` is another crate in each package; move the code to a crate, and write its name".to_owned();
        Err((format!("`split=crates` excludes `{option}=.{name}={path}`"), help))
    }
}
