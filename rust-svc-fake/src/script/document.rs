//! Files of scripts.

use std::{
    fs,
    path::{Path, PathBuf},
};

use saphyr::{MarkedYaml, YamlData};
use serde::de::DeserializeOwned;

use super::{
    spec::{LocatedScript, ResourceSpec, ScriptSpec},
    yaml,
};

/// The largest file of scripts.
const MAX_BYTES: u64 = 64 << 20;

/// The scripts and resources of files, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScriptDocument {
    pub(crate) scripts: Vec<LocatedScript>,
    pub(crate) resources: Vec<ResourceSpec>,
}

/// Parses a file of the form `scripts: [..]` and `resources: [..]`, a list of scripts, or one script.
pub(crate) fn parse(name: &str, text: &str) -> Result<ScriptDocument, String> {
    let read = yaml::load(text, |root| document(name, root));
    read.map_err(|error| format!("{name}:{error}"))
}

/// Reads all files of folders that end with `.yaml`, `.yml` or `.json`, in the order of their names. Fails with all errors.
pub(crate) fn read_folders(folders: &[PathBuf]) -> Result<ScriptDocument, String> {
    let (mut whole, mut errors) = (ScriptDocument::default(), Vec::new());
    for path in files(folders)? {
        match read_file(&path) {
            Ok(document) => {
                whole.scripts.extend(document.scripts);
                whole.resources.extend(document.resources);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(whole) } else { Err(errors.join("\n")) }
}

/// Returns the files of scripts: each given file, and the files in each given folder.
pub(crate) fn files(folders: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut todo: Vec<(PathBuf, bool)> = folders.iter().map(|folder| (folder.clone(), true)).collect();
    while let Some((path, is_named)) = todo.pop() {
        let failed = |error: std::io::Error| format!("{}: error: {error}{}", path.display(), help(is_named, &error));
        let metadata = fs::metadata(&path).map_err(failed)?;
        if metadata.is_dir() {
            let entries = fs::read_dir(&path).map_err(failed)?;
            todo.extend(entries.filter_map(Result::ok).map(|entry| (entry.path(), false)));
        } else if is_named || is_script(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn help(is_named: bool, error: &std::io::Error) -> &'static str {
    match is_named && error.kind() == std::io::ErrorKind::NotFound {
        true => {
            "\n  help: `--script` names a file of scripts, or a folder of .yaml, .yml and .json files; create it first"
        }
        false => "",
    }
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known))
}

fn read_file(path: &Path) -> Result<ScriptDocument, String> {
    let name = path.display().to_string();
    let failed = |error: std::io::Error| format!("{name}: error: {error}");
    if fs::metadata(path).map_err(failed)?.len() > MAX_BYTES {
        return Err(format!("{name}: error: larger than {MAX_BYTES} bytes"));
    }
    parse(&name, &fs::read_to_string(path).map_err(failed)?)
}

fn document(name: &str, root: &MarkedYaml<'_>) -> Result<ScriptDocument, String> {
    match &root.data {
        YamlData::Sequence(scripts) => {
            Ok(ScriptDocument { scripts: scripts_of(name, scripts)?, resources: Vec::new() })
        }
        YamlData::Mapping(entries) if entries.keys().any(|key| key_text(key) == Some("method")) => {
            Ok(ScriptDocument { scripts: vec![script(name, root)?], resources: Vec::new() })
        }
        YamlData::Mapping(entries) => {
            let mut document = ScriptDocument::default();
            for (key, value) in entries {
                match (key_text(key), &value.data) {
                    (Some("scripts"), YamlData::Sequence(scripts)) => document.scripts = scripts_of(name, scripts)?,
                    (Some("resources"), YamlData::Sequence(resources)) => {
                        document.resources = resources.iter().map(read).collect::<Result<_, _>>()?;
                    }
                    _ => return Err(format!("{}: error: expected lists `scripts` and `resources`", yaml::line(key))),
                }
            }
            Ok(document)
        }
        YamlData::Value(_) if yaml::to_json(root)?.is_null() => Ok(ScriptDocument::default()),
        _ => Err(format!("{}: error: expected a list of scripts", yaml::line(root))),
    }
}

fn key_text<'a>(key: &'a MarkedYaml<'_>) -> Option<&'a str> {
    match &key.data {
        YamlData::Value(saphyr::Scalar::String(text)) => Some(text),
        _ => None,
    }
}

fn scripts_of(name: &str, scripts: &[MarkedYaml<'_>]) -> Result<Vec<LocatedScript>, String> {
    scripts.iter().map(|node| script(name, node)).collect()
}

fn script(name: &str, node: &MarkedYaml<'_>) -> Result<LocatedScript, String> {
    let spec: ScriptSpec = read(node)?;
    Ok(LocatedScript { place: format!("{name}:{}", yaml::line(node)).into(), spec })
}

fn read<T: DeserializeOwned>(node: &MarkedYaml<'_>) -> Result<T, String> {
    let json = yaml::to_json(node)?;
    serde_json::from_value(json).map_err(|error| format!("{}: error: {error}", yaml::line(node)))
}
