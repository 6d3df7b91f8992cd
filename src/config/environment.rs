//! Variables by name: trimmed, parsed, and every problem noted with what the value should look like.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// Thirty years: clocks and caches count further, but not for ever.
const MAX_SECONDS: f64 = 1e9;

/// Everything that is wrong with the environment, a line each.
#[derive(Debug)]
pub struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration is not usable:")?;
        for line in &self.0 {
            write!(f, "\n  - {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// A source of settings: name to value.
pub struct Environment<F> {
    lookup: F,
    pub(super) problems: Vec<String>,
}

impl Environment<fn(&str) -> Option<String>> {
    /// The process environment.
    pub fn process() -> Self {
        Environment::new(|name| std::env::var(name).ok())
    }
}

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    pub fn new(lookup: F) -> Self {
        Self {
            lookup,
            problems: Vec::new(),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    pub(super) fn first_of(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name))
    }

    pub(super) fn secret(&self, names: &[&str]) -> Option<SecretString> {
        self.first_of(names).map(SecretString::from)
    }

    pub(super) fn required(&mut self, names: &[&str], looks_like: &str) -> String {
        self.first_of(names).unwrap_or_else(|| {
            self.problems.push(format!(
                "{} is not set; it should be {looks_like}",
                names.join(" or ")
            ));
            String::new()
        })
    }

    pub(super) fn parsed<T: FromStr>(&mut self, name: &str, default: T, looks_like: &str) -> T {
        match self.text(name) {
            None => default,
            Some(value) => value.parse().unwrap_or_else(|_| {
                self.problems.push(format!(
                    "{name}={value} is not usable; it should be {looks_like}"
                ));
                default
            }),
        }
    }

    pub(super) fn at_least<T: FromStr + PartialOrd + fmt::Display>(
        &mut self,
        name: &str,
        default: T,
        minimum: T,
    ) -> T {
        let looks_like = format!("a whole number of at least {minimum}");
        let value = self.parsed(name, default, &looks_like);
        if value < minimum {
            self.problems.push(format!(
                "{name}={value} is not usable; it should be {looks_like}"
            ));
            return minimum;
        }
        value
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.flag_or(name, false)
    }

    pub(super) fn flag_or(&mut self, name: &str, default: bool) -> bool {
        match self.text(name).map(|v| v.to_ascii_lowercase()).as_deref() {
            None => default,
            Some("false" | "0" | "no" | "off") => false,
            Some("true" | "1" | "yes" | "on") => true,
            Some(other) => {
                self.problems.push(format!(
                    "{name}={other} is not usable; it should be true or false"
                ));
                default
            }
        }
    }

    pub(super) fn millis(&mut self, name: &str, default: u64) -> Duration {
        Duration::from_millis(self.parsed(name, default, "a number of milliseconds"))
    }

    pub(super) fn seconds(&mut self, name: &str, default: f64) -> Duration {
        self.seconds_up_to(name, default, MAX_SECONDS)
    }

    pub(super) fn seconds_up_to(&mut self, name: &str, default: f64, maximum: f64) -> Duration {
        let looks_like = format!("a number of seconds from 0 to {maximum}, such as 1 or 0.5");
        let value = self.parsed(name, default, &looks_like);
        match Duration::try_from_secs_f64(value) {
            Ok(duration) if value <= maximum => duration,
            _ => {
                self.problems.push(format!(
                    "{name}={value} is not usable; it should be {looks_like}"
                ));
                Duration::from_secs_f64(default)
            }
        }
    }

    pub(super) fn finish<T>(self, value: T) -> Result<T, ConfigError> {
        if self.problems.is_empty() {
            Ok(value)
        } else {
            Err(ConfigError(self.problems))
        }
    }

    /// An address that stands for itself.
    pub(super) fn whole_url(&mut self, name: &str) -> Url {
        let text = self.text(name).unwrap_or_default();
        match Url::parse(&text) {
            Ok(url) if is_http(&url) => url,
            _ => {
                self.problems.push(format!(
                    "{name}={text} is not usable; it should be an address that begins with http:// or https://"
                ));
                placeholder_url()
            }
        }
    }

    /// An address that paths can be added to, with or without its last slash in the variable.
    pub(super) fn base_url(&mut self, name: &str, default: &str) -> Url {
        let text = self.text(name).unwrap_or_else(|| default.to_owned());
        match Url::parse(&text) {
            Ok(mut url) if is_http(&url) => {
                // A query, such as Azure's api-version, stays behind the path.
                let path = format!("{}/", url.path().trim_end_matches('/'));
                url.set_path(&path);
                url
            }
            _ => {
                self.problems.push(format!(
                    "{name}={text} is not usable; it should be an address such as {default}"
                ));
                placeholder_url()
            }
        }
    }
}

fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

pub(super) fn placeholder_url() -> Url {
    Url::parse("http://unset.invalid").expect("a constant URL")
}
