//! Names of types, and their paths from other modules.

use crate::names::Ident;

/// The package of a type, as seen from this run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A package that this run generates, by its module.
    Local(Vec<Ident>),
    /// A package that another run generates, by its Rust path.
    Extern(String),
}

/// The Rust name of a type and the modules around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// The package.
    pub origin: Origin,
    /// The modules within the package, and the type.
    pub domain: Vec<Ident>,
    /// The modules within the prost messages of the package, and the type.
    pub wire: Vec<Ident>,
    /// The module of the prost messages of the package.
    pub pb: Ident,
}

impl TypeName {
    /// The path of the plain type from a module `depth` levels below the module `from` of a package.
    pub fn domain_from(&self, from: &[Ident], depth: usize) -> String {
        self.path(from, depth, None, &self.domain)
    }

    /// The path of the plain type from the module `place` in the file of the plain types of a package.
    pub fn domain_within(&self, package: &[Ident], place: &[Ident]) -> String {
        if self.origin != Origin::Local(package.to_vec()) {
            return self.domain_from(package, place.len() + 1);
        }
        let common = self.domain.iter().zip(place).take_while(|(one, other)| one == other).count();
        let up = vec!["super".to_owned(); place.len() - common];
        let down = self.domain[common..].iter().map(ToString::to_string);
        up.into_iter().chain(down).collect::<Vec<_>>().join("::")
    }

    /// The path of the prost message from a module `depth` levels below the module `from` of a package.
    pub fn wire_from(&self, from: &[Ident], depth: usize) -> String {
        self.path(from, depth, Some(&self.pb), &self.wire)
    }

    /// The path of the prost message from the module `place` in the file of the prost messages of a package.
    pub fn wire_within(&self, package: &[Ident], place: &[String]) -> String {
        if self.origin != Origin::Local(package.to_vec()) {
            return self.path(package, place.len() + 1, Some(&self.pb), &self.wire);
        }
        let common = self.wire.iter().zip(place).take_while(|(one, other)| one.as_str() == *other).count();
        let up = std::iter::repeat_n("super", place.len() - common).map(str::to_owned);
        up.chain(self.wire[common..].iter().map(ToString::to_string)).collect::<Vec<_>>().join("::")
    }

    /// The name of the type itself.
    pub fn ident(&self) -> &Ident {
        &self.domain[self.domain.len() - 1]
    }

    fn path(&self, from: &[Ident], depth: usize, pb: Option<&Ident>, rest: &[Ident]) -> String {
        let mut parts = Vec::new();
        match &self.origin {
            Origin::Local(module) => {
                let common = module.iter().zip(from).take_while(|(one, other)| one == other).count();
                parts.extend(vec!["super".to_owned(); depth + from.len() - common]);
                parts.extend(module[common..].iter().map(ToString::to_string));
            }
            Origin::Extern(path) => parts.push(path.clone()),
        }
        parts.extend(pb.into_iter().chain(rest).map(ToString::to_string));
        parts.join("::")
    }
}
