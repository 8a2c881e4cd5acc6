//! The service configs of a run: call policies in the JSON format of gRPC.

use std::{fs, path::Path};

use rust_svc::{MethodConfig, ServiceConfig};

/// The service configs of a run, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceConfigs(Vec<ConfigFile>);

#[derive(Clone, Debug, PartialEq)]
struct ConfigFile {
    path: String,
    config: ServiceConfig,
}

impl ServiceConfigs {
    /// The options that name a file: by the rules of gRFC A6, and by those of Google's client libraries.
    pub(super) const NAMES: [&str; 2] = ["service_config", "gapic_service_config"];

    /// Reads the file of an option, which an options file names relative to itself.
    pub(super) fn read(&mut self, option: &str, value: &str, options_file: &str) -> Result<(), (String, String)> {
        let path = Path::new(options_file).parent().unwrap_or(Path::new("")).join(value);
        let unreadable = |error| {
            let help = format!("name a JSON file: {option}=service_config.json");
            (format!("cannot read `{}`: {error}", path.display()), help)
        };
        let text = fs::read_to_string(&path).map_err(unreadable)?;
        let config = match option {
            "service_config" => ServiceConfig::parse(&text),
            _ => ServiceConfig::parse_gapic(&text),
        };
        let path = path.display().to_string();
        let config = config.map_err(|invalid| {
            let (line, column, message) = (invalid.line(), invalid.column(), invalid.message());
            (format!("{path}:{line}:{column}: {message}"), invalid.help().to_owned())
        })?;
        self.0.push(ConfigFile { path, config });
        Ok(())
    }

    /// Returns what the files set for a method, the most specific first; of two files, the last one first.
    pub fn method<'a>(&'a self, service: &'a str, method: &'a str) -> Vec<&'a MethodConfig> {
        let names = [(service, method), (service, ""), ("", "")].into_iter();
        names.flat_map(|(service, method)| self.entries(service, method)).collect()
    }

    /// Returns what the files set under one name, the last file first.
    fn entries<'a>(&'a self, service: &'a str, method: &'a str) -> impl Iterator<Item = &'a MethodConfig> {
        self.0.iter().rev().filter_map(move |file| file.config.entry(service, method))
    }

    /// Returns the names of each file, `SERVICE/METHOD` or `SERVICE/`, with the path of the file.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|file| file.config.names().into_iter().map(|name| (file.path.as_str(), name)))
    }

    /// Returns the retry budget of the last file with one: the most tokens, and those that a success adds.
    pub fn retry_budget(&self) -> Option<(f64, f64)> {
        let budget = self.0.iter().rev().find_map(|file| file.config.retry_throttling())?;
        Some((budget.max_tokens, budget.token_ratio))
    }

    /// Returns the warnings of all files, each with its path.
    pub fn warnings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|file| file.config.warnings().iter().map(|text| (file.path.as_str(), text.as_str())))
    }
}
