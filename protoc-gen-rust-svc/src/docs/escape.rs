//! Escapes of Markdown.

/// Escapes links and HTML outside code spans, cell by cell in tables.
pub(super) fn escape(line: &str) -> String {
    let is_row = line.trim_start_matches([' ', '-', '*', '+']).starts_with('|');
    if !is_row {
        return escape_around_code(line);
    }
    let mut is_escaped = false;
    let cells = line.split(|character| {
        let is_end = character == '|' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_end
    });
    cells.map(escape_around_code).collect::<Vec<_>>().join("|")
}

fn escape_around_code(text: &str) -> String {
    let (mut escaped, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, ticks)) = split_at_ticks(rest) {
        escaped.push_str(&escape_text(before));
        let opening = ticks_at_start(ticks);
        let length = code_length(ticks, opening);
        match length {
            Some(length) => escaped.push_str(&ticks[..length]),
            None => escaped.push_str(&"\\`".repeat(opening)),
        }
        rest = &ticks[length.unwrap_or(opening)..];
    }
    escaped + &escape_text(rest)
}

/// Splits a text at its first unescaped backtick.
fn split_at_ticks(text: &str) -> Option<(&str, &str)> {
    let mut is_escaped = false;
    let at = text.find(|character| {
        let is_tick = character == '`' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_tick
    })?;
    Some(text.split_at(at))
}

fn ticks_at_start(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

/// The length of the code span at the start of a text.
fn code_length(text: &str, opening: usize) -> Option<usize> {
    let mut at = opening;
    loop {
        at += text[at..].find('`')?;
        let ticks = ticks_at_start(&text[at..]);
        at += ticks;
        if ticks == opening {
            return Some(at);
        }
    }
}

fn escape_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['[', ']', '<', '>', '\\', '~', 'h']) {
        escaped.push_str(&rest[..start]);
        rest = &rest[start..];
        if let Some((text, url)) = link(rest) {
            escaped.push_str(&format!("[{}]({url})", escape_characters(text)));
            rest = &rest[text.len() + url.len() + "[]()".len()..];
            continue;
        }
        let length = special_length(rest);
        match (&rest[..1], &rest[..length]) {
            (_, mark @ ("[" | "]" | "<" | ">" | "\\")) => escaped.push_str(&format!("\\{mark}")),
            (_, "~~~") => escaped.push_str("\\~\\~\\~"),
            ("h", url) if length > 1 => escaped.push_str(&format!("<{url}>")),
            (_, other) => escaped.push_str(other),
        }
        rest = &rest[length..];
    }
    escaped.push_str(rest);
    escaped
}

/// The text and the URL of a link at the start of a text. Links to anything but pages may be broken, so they are text.
fn link(text: &str) -> Option<(&str, &str)> {
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let url = rest.split_once(')')?.0;
    let is_page = url_length(url) == Some(url.len());
    let is_plain = !label.is_empty() && !label.contains(['[', ']']) && !label.contains("http");
    (is_page && is_plain).then_some((label, url))
}

fn escape_characters(text: &str) -> String {
    text.replace('\\', "\\\\").replace('<', "\\<").replace('>', "\\>")
}

/// The length of the URL, fence, escape or character at the start of a text.
fn special_length(text: &str) -> usize {
    let is_escape = text.starts_with('\\') && text[1..].starts_with(|after: char| after.is_ascii_punctuation());
    match url_length(text) {
        Some(length) => length,
        None if text.starts_with("~~~") => 3,
        None if is_escape => 2,
        None => 1,
    }
}

/// The length of the URL at the start of a text.
fn url_length(text: &str) -> Option<usize> {
    if !text.starts_with("http://") && !text.starts_with("https://") {
        return None;
    }
    let end = text.find(|end: char| end.is_whitespace() || "<>\"`[](){}|\\^".contains(end)).unwrap_or(text.len());
    let url = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_']);
    (url.len() > "https://".len()).then_some(url.len())
}
