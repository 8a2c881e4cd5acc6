//! Templates of the files that a team owns. They are rendered once.
//!
//! A template has the path of its file. `SERVICE` in a path is the name of a service: each service gets such a
//! file. A template that renders to whitespace makes no file. [`context`](super::context) lists the names that they can use.
//!
//! Templates are Jinja. Unknown names are errors, and nothing is escaped automatically. The filters `rust`, `toml` and `yaml`
//! print a quoted string, `shell` a word.

use std::collections::BTreeMap;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, syntax::SyntaxConfig};

use crate::project::{Failure, context::TemplateContext, order::Template};

/// The most steps that a template may take.
const FUEL: u64 = 50_000_000;

/// Renders templates to files. Errors have the position in the template.
pub fn render(templates: &[Template], facts: &TemplateContext) -> Result<BTreeMap<String, String>, Failure> {
    let environment = environment().map_err(template_error)?;
    let mut files = BTreeMap::new();
    for template in templates {
        for (path, context) in contexts(template, facts) {
            let text =
                environment.render_named_str(&template.path, &template.source, context).map_err(template_error)?;
            if !text.trim().is_empty() {
                files.insert(path, text);
            }
        }
    }
    Ok(files)
}

/// The files of a template, with the context of each.
fn contexts(template: &Template, facts: &TemplateContext) -> Vec<(String, Value)> {
    if !template.path.contains("SERVICE") {
        return vec![(template.path.clone(), facts.project.clone())];
    }
    let services = facts.services.iter().map(|(file, service)| {
        let path = template.path.replace("SERVICE", file);
        (path, context! { service, ..facts.project.clone() })
    });
    services.collect()
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    // A template that loops for long ends with an error.
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    // A line with only a tag prints nothing.
    environment
        .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    environment.add_filter("rust", |text: &str| format!("{text:?}"));
    environment.add_filter("toml", quoted);
    environment.add_filter("yaml", quoted);
    environment.add_filter("shell", shell);
    Ok(environment)
}

/// Quotes a string with escapes that TOML and YAML share.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for each in text.chars() {
        match each {
            '"' | '\\' => quoted.extend(['\\', each]),
            control if control.is_control() => quoted += &format!("\\u{:04x}", u32::from(control)),
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

/// Quotes a shell word if necessary.
fn shell(text: &str) -> String {
    let is_plain = |each: char| each.is_ascii_alphanumeric() || "-_./".contains(each);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn template_error(error: minijinja::Error) -> String {
    let place = match (error.name(), error.line()) {
        (Some(name), Some(line)) => format!("template {name}:{line}: "),
        (Some(name), None) => format!("template {name}: "),
        _ => String::new(),
    };
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{place}error: {}{detail}", error.kind())
}

#[cfg(test)]
mod tests {
    use minijinja::{Value, context};

    use super::quoted;
    use super::render;
    use super::shell;
    use crate::project::{context::TemplateContext, order::Template};

    fn facts() -> TemplateContext {
        let service = |name: &str| (name.to_owned(), context! { name });
        TemplateContext::of(
            context! { name => "a\"<b>", empty => false, none => Value::from(()) },
            vec![service("x"), service("y")],
        )
    }

    fn rendered(path: &str, source: &str) -> Result<Vec<(String, String)>, String> {
        let template = Template { path: path.to_owned(), source: source.to_owned() };
        render(&[template], &facts()).map(|files| files.into_iter().collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn renders() {
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        assert_eq!(rendered("a.txt", "{{ name }}\n"), Ok(vec![file("a.txt", "a\"<b>\n")]));
        assert_eq!(rendered("a.html", "{{ name | toml }}"), Ok(vec![file("a.html", r#""a\"<b>""#)]));
        assert_eq!(
            rendered("src/SERVICE.rs", "{{ service.name }} {{ name | rust }}"),
            Ok(vec![file("src/x.rs", r#"x "a\"<b>""#), file("src/y.rs", r#"y "a\"<b>""#)])
        );
        assert_eq!(rendered("a.txt", "{% if empty %}\nx\n{% endif %}\n"), Ok(vec![]));
    }

    #[test]
    fn errors_name_the_line() {
        assert_eq!(
            rendered("a.txt", "x\n{{ nam }}").unwrap_err(),
            "template a.txt:2: error: undefined value: `nam` is undefined"
        );
        assert_eq!(rendered("a.txt", "{% if %}").unwrap_err().split(": error: ").next(), Some("template a.txt:1"));
    }

    #[test]
    fn strings_are_quoted() {
        assert_eq!(quoted("a\"\\\n\u{7f}é"), "\"a\\\"\\\\\\u000a\\u007fé\"");
        assert_eq!(shell("a/b-c_1.proto"), "a/b-c_1.proto");
        assert_eq!(shell("it's"), r"'it'\''s'");
        assert_eq!(shell(""), "''");
    }
}
