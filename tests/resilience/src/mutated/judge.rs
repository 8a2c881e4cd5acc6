//! Rules that every response must satisfy.
//!
//! | | |
//! |---|---|
//! | always | no panic, no fault of the generator itself |
//! | a refusal | no files, and lines in the format of diagnostics |
//! | files | Rust, below the folder of the user, no two of one name, no two items of one name |

mod items;

use std::{
    collections::BTreeSet,
    fmt, panic,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use prost::Message as _;
use protoc_gen_rust_svc::{
    read::descriptor::{CodeGeneratorResponse, ResponseFile},
    render::Unprintable,
};

/// The response to a request, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The request is malformed.
    Malformed,
    /// Diagnostics.
    Refused,
    /// Files.
    Accepted,
}

/// A rule that a response breaks.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The violated rule.
    pub rule: &'static str,
    /// The text that shows it.
    pub detail: String,
}

impl Fault {
    /// Its position, if there is one: the part before the first `: `.
    pub fn place(&self) -> &str {
        self.detail.split(": ").next().unwrap_or_default()
    }

    /// The text that faults of one kind have in common.
    pub fn kind(&self) -> String {
        let text = format!("{}: {}", self.rule, self.detail);
        text.chars().filter(|character| !character.is_ascii_digit()).take(70).collect()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.detail)
    }
}

static JUDGED: AtomicU64 = AtomicU64::new(0);

/// Where the last panic was.
static PANICKED: Mutex<String> = Mutex::new(String::new());

/// Silences panics, whose positions are part of the faults.
pub fn hush() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        PANICKED.lock().map(|mut last| *last = place).unwrap_or_default();
    }));
}

/// The number of responses that were judged in this process.
pub fn judged() -> u64 {
    JUDGED.load(Ordering::Relaxed)
}

/// Responds to a request, and judges the response.
pub fn judge(request: &[u8]) -> Result<Verdict, Fault> {
    JUDGED.fetch_add(1, Ordering::Relaxed);
    let answered = panic::catch_unwind(|| protoc_gen_rust_svc::answer(request))
        .map_err(|panic| fault("no panic", format!("{}: {}", place(), text(&*panic))))?;
    let response = match answered {
        Ok((response, _)) => CodeGeneratorResponse::decode(&response[..]),
        Err(error) if error.is::<Unprintable>() => {
            return Err(fault("no fault of its own", format!("{}: {error}", place())));
        }
        Err(error) if error.to_string().lines().count() == 1 => return Ok(Verdict::Malformed),
        Err(error) => return Err(fault("a message is a line", error.to_string())),
    };
    let response = response.map_err(|error| fault("the answer is a response", error.to_string()))?;
    match &response.error {
        Some(error) => refusal(error, &response.file),
        None => files(&response.file),
    }
}

fn fault(rule: &'static str, detail: impl Into<String>) -> Fault {
    Fault { rule, detail: detail.into() }
}

fn place() -> String {
    PANICKED.lock().map(|mut last| std::mem::take(&mut *last)).unwrap_or_default()
}

fn text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

fn refusal(error: &str, files: &[ResponseFile]) -> Result<Verdict, Fault> {
    if !files.is_empty() {
        return Err(fault("a refusal has no files", error));
    }
    // Indented lines belong to the line above: help, or a template with a mark below it.
    let is_said = |line: &str| line.contains("error[E") || line.contains("error[W") || line.starts_with("  ");
    match error.trim_start_matches('\n').lines().find(|line| !is_said(line)) {
        Some(line) => Err(fault("a refusal is diagnostics", line)),
        None if error.contains(|character: char| character.is_control() && character != '\n') => {
            Err(fault("a refusal can be shown", error))
        }
        None => Ok(Verdict::Refused),
    }
}

fn files(files: &[ResponseFile]) -> Result<Verdict, Fault> {
    let mut names = BTreeSet::new();
    for file in files.iter().filter(|file| file.insertion_point.is_none()) {
        let (name, content) = (file.name.as_deref().unwrap_or_default(), file.content.as_deref().unwrap_or_default());
        if !stays_below(name) {
            return Err(fault("files stay below the folder", name));
        }
        if !names.insert(name.to_lowercase()) {
            return Err(fault("files have names of their own", name));
        }
        let parsed = syn::parse_file(content).map_err(|error| fault("files are Rust", format!("{name}: {error}")))?;
        items::check(&parsed).map_err(|twice| fault("items have names of their own", format!("{name}: {twice}")))?;
    }
    Ok(Verdict::Accepted)
}

/// Whether a path consists of names only, as that of a module.
fn stays_below(path: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && part.len() <= 255
    };
    path.strip_suffix(".rs").is_some_and(|path| path.split('/').all(is_name))
}
