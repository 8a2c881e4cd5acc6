//! Links parsed files: resolves names, and interprets options.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use miette::Diagnostic as _;
use prost::{Message as _, bytes::Bytes};
use prost_reflect::{DescriptorError, DescriptorPool};
use prost_types::FileDescriptorProto;
use protox::file::File;

use super::{
    checks::{check, check_parsed},
    elements::{FILE_DEPENDENCY, Places, index},
    located::problems,
    locations::FileLocations,
    names::Names,
    parsed::Parsed,
    relax::relax,
};
use crate::diagnostics::Problem;

/// Links files and their imports. Returns them encoded, each after its imports, or the errors of all of them.
pub(super) fn link(parsed: &Parsed, names: &[String]) -> Result<Vec<Bytes>, Vec<Problem>> {
    let linked = Linked { problems: parsed.problems.clone(), ..Linked::default() };
    let (known, places) = (OnceCell::new(), parsed.places());
    let mut linker = Linker { parsed, known, places, pool: DescriptorPool::new(), linked };
    let mut seen = BTreeSet::new();
    names.iter().for_each(|name| linker.visit(name, &mut seen));
    let Linker { places, linked: Linked { encoded, mut descriptors, mut unlinked, mut problems }, .. } = linker;
    problems.extend(check(&mut descriptors, &mut unlinked, &places));
    if problems.is_empty() { Ok(encoded) } else { Err(problems) }
}

#[derive(Default)]
struct Linked {
    encoded: Vec<Bytes>,
    descriptors: Vec<FileDescriptorProto>,
    /// Files with errors, and those that import them.
    unlinked: Vec<FileDescriptorProto>,
    problems: Vec<Problem>,
}

/// A file whose imports are visited, and the number of the next one.
struct Open<'a> {
    file: &'a File,
    next: usize,
}

struct Linker<'a> {
    parsed: &'a Parsed,
    /// The names of all files, for suggestions.
    known: OnceCell<Names>,
    places: BTreeMap<&'a str, Places<'a>>,
    pool: DescriptorPool,
    linked: Linked,
}

impl<'a> Linker<'a> {
    /// Adds the imports of a file, and then the file.
    fn visit(&mut self, name: &str, seen: &mut BTreeSet<String>) {
        let open = |name: &str| self.parsed.get(name).map(|file| Open { file, next: 0 });
        let mut stack: Vec<_> = open(name).filter(|_| seen.insert(name.to_owned())).into_iter().collect();
        while let Some(last) = stack.last_mut() {
            let (file, number) = (last.file, last.next);
            last.next += 1;
            match file.file_descriptor_proto().dependency.get(number) {
                Some(import) if seen.insert(import.clone()) => stack.extend(open(import)),
                Some(import) => self.linked.problems.extend(cycle(&stack, import)),
                None => {
                    stack.pop();
                    self.add(file);
                }
            }
        }
    }

    /// Adds a file. Its names and options are unknown if it or an import failed.
    fn add(&mut self, file: &File) {
        let mut descriptor = file.file_descriptor_proto().clone();
        if let Some(places) = self.places.get(file.name()) {
            self.linked.problems.extend(check_parsed(&mut descriptor, places));
        }
        let is_missing = |import: &String| self.pool.get_file_by_name(import).is_none();
        match descriptor.dependency.iter().any(is_missing) {
            true => self.linked.unlinked.push(descriptor),
            false => self.link(file, descriptor),
        }
    }

    fn link(&mut self, file: &File, mut descriptor: FileDescriptorProto) {
        let restore = relax(&mut descriptor);
        let locations = FileLocations::take(&mut descriptor);
        match self.pool.add_file_descriptor_proto(descriptor.clone()) {
            Ok(()) => {
                let Some(added) = self.pool.get_file_by_name(file.name()) else { return };
                let mut bytes = restore.apply(added.encode_to_vec());
                locations.append(added.file_descriptor_proto(), &self.pool, &mut bytes);
                self.linked.descriptors.extend(FileDescriptorProto::decode(&*bytes));
                self.linked.encoded.push(bytes.into());
            }
            Err(error) => {
                let found = self.located(file, &locations, descriptor, error);
                self.linked.problems.extend(found);
                self.linked.unlinked.push(file.file_descriptor_proto().clone());
            }
        }
    }

    /// The errors of a file, found again in the file with locations. Of very many, only some have a location.
    fn located(
        &mut self,
        file: &File,
        locations: &FileLocations,
        mut descriptor: FileDescriptorProto,
        error: DescriptorError,
    ) -> Vec<Problem> {
        let most = if error_count(&error) > MOST_LOCATED { WINDOW } else { usize::MAX };
        descriptor.source_code_info =
            Some(locations.part(error.path().filter(|_| most == WINDOW).unwrap_or_default(), most));
        let error = self.pool.add_file_descriptor_proto(descriptor).err().unwrap_or(error);
        let error = error.with_source_code(file.source().unwrap_or_default());
        problems(&error.into(), self.known.get_or_init(|| self.parsed.names()))
    }
}

/// The maximum number of errors of a file that are all located.
const MOST_LOCATED: usize = 100;

/// The number of locations among which the errors of a file with more are located.
const WINDOW: usize = 500;

fn error_count(error: &DescriptorError) -> usize {
    1 + error.related().into_iter().flatten().count()
}

/// The problem of a file that imports itself through others.
fn cycle(stack: &[Open<'_>], import: &str) -> Option<Problem> {
    let first = stack.iter().rposition(|open| open.file.name() == import)?;
    let names: Vec<_> = stack[first..].iter().map(|open| open.file.name()).collect();
    let message = match names[..] {
        [_] => "the file imports itself".to_owned(),
        _ => format!("cyclic imports: {} -> {import}", names.join(" -> ")),
    };
    let last = stack.last()?;
    let position = Places::new(last.file).position(&[FILE_DEPENDENCY, index(last.next - 1)]);
    let help = "remove this import; move what both files need into a file that imports neither";
    Some(Problem { position, ..Problem::uncoded(message, help) })
}
