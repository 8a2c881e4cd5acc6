//! Changes of files and of the request.

use fastrand::Rng;
use harness::{
    random::pick,
    words::{COMMENTS, FILES, NUMBERS, PACKAGES, PARAMETERS},
};
use protoc_gen_rust_svc::read::descriptor::{CompilerVersion, Location, SourceCodeInfo};

use super::{
    Change, Draft,
    place::{name, word},
};

pub(super) const CHANGES: &[Change] = &[
    rename,
    package,
    package_of_another,
    syntax,
    edition,
    drop_one,
    double,
    turn,
    import,
    forget,
    ask,
    ask_for_all,
    merge,
    parameter,
    version,
    comment,
    comment_many,
    far,
];

/// Renames a file, which is still requested by its new name.
fn rename(draft: &mut Draft, rng: &mut Rng) {
    let names: Vec<_> = draft.files.iter().map(|file| file.name.clone()).collect();
    let new = if rng.bool() { word(FILES, rng) } else { name(&names, rng) };
    let Some(file) = draft.file(rng) else { return };
    let old = std::mem::replace(&mut file.name, new.clone());
    draft.request.file_to_generate.iter_mut().filter(|name| **name == old).for_each(|name| name.clone_from(&new));
}

fn package(draft: &mut Draft, rng: &mut Rng) {
    let package = word(PACKAGES, rng);
    draft.file(rng).into_iter().for_each(|file| file.package.clone_from(&package));
}

fn package_of_another(draft: &mut Draft, rng: &mut Rng) {
    let packages: Vec<_> = draft.files.iter().map(|file| file.package.clone()).collect();
    let package = pick(&packages, rng).cloned().unwrap_or_default();
    draft.file(rng).into_iter().for_each(|file| file.package.clone_from(&package));
}

fn syntax(draft: &mut Draft, rng: &mut Rng) {
    let syntax = word(&["", "proto2", "proto3", "editions", "proto4", "é\n"], rng);
    draft.file(rng).into_iter().for_each(|file| file.syntax.clone_from(&syntax));
}

fn edition(draft: &mut Draft, rng: &mut Rng) {
    let edition =
        pick(&[0, 1, 2, 900, 998, 999, 1000, 1001, 1002, 9999, -1, i32::MAX], rng).copied().unwrap_or_default();
    let Some(file) = draft.file(rng) else { return };
    file.edition = edition;
    if rng.bool() {
        file.syntax = "editions".to_owned();
    }
}

fn drop_one(draft: &mut Draft, rng: &mut Rng) {
    if !draft.files.is_empty() {
        draft.files.remove(rng.usize(..draft.files.len()));
    }
}

fn double(draft: &mut Draft, rng: &mut Rng) {
    if let Some(mut file) = pick(&draft.files, rng).cloned() {
        if rng.bool() {
            file.name = format!("another/{}", file.name);
            draft.request.file_to_generate.push(file.name.clone());
        }
        draft.files.push(file);
    }
}

fn turn(draft: &mut Draft, _: &mut Rng) {
    draft.files.reverse();
}

/// Perhaps itself, or one that comes later.
fn import(draft: &mut Draft, rng: &mut Rng) {
    let names: Vec<_> = draft.files.iter().map(|file| file.name.clone()).collect();
    let name = if rng.bool() { word(FILES, rng) } else { pick(&names, rng).cloned().unwrap_or_default() };
    draft.file(rng).into_iter().for_each(|file| file.dependency.push(name.clone()));
}

fn forget(draft: &mut Draft, rng: &mut Rng) {
    draft.file(rng).into_iter().for_each(|file| file.dependency.clear());
}

fn ask(draft: &mut Draft, rng: &mut Rng) {
    let names: Vec<_> = draft.files.iter().map(|file| file.name.clone()).collect();
    let name = if rng.u8(..4) == 0 { word(FILES, rng) } else { pick(&names, rng).cloned().unwrap_or_default() };
    if rng.u8(..4) == 0 {
        draft.request.file_to_generate.clear();
    }
    draft.request.file_to_generate.push(name);
}

fn ask_for_all(draft: &mut Draft, _: &mut Rng) {
    draft.request.file_to_generate = draft.files.iter().map(|file| file.name.clone()).collect();
}

/// Declares the elements of one file in another, too.
fn merge(draft: &mut Draft, rng: &mut Rng) {
    let Some(other) = pick(&draft.files, rng).cloned() else { return };
    let Some(file) = draft.file(rng) else { return };
    file.message_type.extend(other.message_type);
    file.enum_type.extend(other.enum_type);
    file.service.extend(other.service);
}

fn parameter(draft: &mut Draft, rng: &mut Rng) {
    let first = word(PARAMETERS, rng);
    let parameter = if rng.bool() { first } else { format!("{first},{}", word(PARAMETERS, rng)) };
    draft.request.parameter = Some(parameter);
}

fn version(draft: &mut Draft, rng: &mut Rng) {
    draft.request.compiler_version = rng.bool().then_some(CompilerVersion { major: 5 });
}

fn comment(draft: &mut Draft, rng: &mut Rng) {
    let location = location(rng);
    if let Some(file) = draft.file(rng) {
        file.source_code_info.get_or_insert_default().location.push(location);
    }
}

/// Replaces comments.
fn comment_many(draft: &mut Draft, rng: &mut Rng) {
    let locations = (0..100).map(|_| location(rng)).collect();
    draft.file(rng).into_iter().for_each(|file| {
        file.source_code_info = Some(SourceCodeInfo { location: Vec::clone(&locations) });
    });
}

/// Of a message, a field, an enum, a value, a service or a method; or of what there is not.
fn location(rng: &mut Rng) -> Location {
    let mut path = Vec::new();
    for _ in 0..rng.usize(..4) {
        path.extend([rng.i32(0..9), rng.i32(-1..4)]);
    }
    Location {
        path,
        span: (0..rng.usize(..5)).filter_map(|_| pick(NUMBERS, rng).copied()).collect(),
        leading_comments: Some(word(COMMENTS, rng)),
        trailing_comments: rng.bool().then(|| word(COMMENTS, rng)),
    }
}

/// A package that is deep, and names that are long.
fn far(draft: &mut Draft, rng: &mut Rng) {
    let package = if rng.bool() { vec!["a"; 300].join(".") } else { "a".repeat(300) };
    draft.file(rng).into_iter().for_each(|file| file.package.clone_from(&package));
}
