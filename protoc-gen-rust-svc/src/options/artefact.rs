//! The files of a package, by the names that options and files have for them.

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
    Openapi,
    Routes,
}

impl Artefact {
    /// Those that are emitted unless `emit` names others.
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

    /// Returns all of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().chain([Self::Openapi, Self::Routes])
    }

    /// The name in options, and of the module.
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
            Self::Openapi => "openapi",
            Self::Routes => "routes",
        }
    }

    /// Whether it is Rust.
    pub fn is_code(self) -> bool {
        !matches!(self, Self::Openapi | Self::Routes)
    }

    /// The artefacts that it uses.
    pub(super) fn needs(self) -> &'static [Self] {
        match self {
            Self::Domain | Self::Pb | Self::Descriptor | Self::Openapi | Self::Routes => &[],
            Self::Convert => &[Self::Domain, Self::Pb],
            Self::Fake => &[Self::Domain],
            Self::Json => &[Self::Pb],
            Self::Adapter | Self::Client => &[Self::Domain, Self::Convert, Self::Pb],
            Self::Gateway => &[Self::Domain, Self::Convert, Self::Pb, Self::Json],
        }
    }
}
