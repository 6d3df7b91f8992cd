//! The language model behind interviewer and coach.

use llm::{Effort, LlmConfig, LlmProvider, ModelConfig, is_local};

use super::environment::{ConfigError, Environment};

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    /// Reads the language model alone.
    ///
    /// # Errors
    /// All malformed variables at once.
    pub fn language_model(mut self) -> Result<Option<LlmConfig>, ConfigError> {
        let llm = self.llm();
        self.finish(llm)
    }

    /// The provider named by `LLM_PROVIDER`, else the one there is a key or an address for.
    pub(super) fn llm(&mut self) -> Option<LlmConfig> {
        let openai_key = self.secret(&["OPENAI_API_KEY"]);
        let anthropic_key = self.secret(&["ANTHROPIC_API_KEY"]);
        let has_openai = openai_key.is_some() || self.text("OPENAI_BASE_URL").is_some();
        let has_anthropic = anthropic_key.is_some() || self.text("ANTHROPIC_BASE_URL").is_some();
        let provider = match self.text("LLM_PROVIDER").as_deref() {
            None if has_openai => LlmProvider::OpenAi,
            None if has_anthropic => LlmProvider::Anthropic,
            None | Some("offline") => return None,
            Some("openai") => LlmProvider::OpenAi,
            Some("anthropic") => LlmProvider::Anthropic,
            Some(other) => {
                self.problems.push(format!(
                    "LLM_PROVIDER={other} is not usable; it should be openai, anthropic or offline"
                ));
                return None;
            }
        };
        let (api_key, base_url, reachable, key_name) = match provider {
            LlmProvider::OpenAi => (
                openai_key,
                self.base_url("OPENAI_BASE_URL", "https://api.openai.com/v1/"),
                has_openai,
                "OPENAI_API_KEY",
            ),
            LlmProvider::Anthropic => (
                anthropic_key,
                self.base_url("ANTHROPIC_BASE_URL", "https://api.anthropic.com/v1/"),
                has_anthropic,
                "ANTHROPIC_API_KEY",
            ),
        };
        if !reachable {
            self.problems.push(format!(
                "{key_name} is not set; LLM_PROVIDER={} needs it (or the base URL of a server without keys)",
                provider.name()
            ));
        }
        let timeout = self.seconds("LLM_TIMEOUT_SECONDS", 120.0);
        let first_token = timeout.as_secs_f64();
        // A server of one's own most likely answers one request at a time.
        let concurrency = if is_local(&base_url) { 1 } else { 64 };
        Some(LlmConfig {
            provider,
            interviewer: ModelConfig {
                name: self.text("LLM_MODEL"),
                effort: self.effort("LLM_REASONING_EFFORT"),
            },
            coach: ModelConfig {
                name: self.text("LLM_COACH_MODEL"),
                effort: self.effort("LLM_COACH_REASONING_EFFORT"),
            },
            base_url,
            api_key,
            context_tokens: self
                .text("LLM_CONTEXT_TOKENS")
                .is_some()
                .then(|| self.at_least("LLM_CONTEXT_TOKENS", 0, 2_000)),
            connect_timeout: self.seconds("LLM_CONNECT_TIMEOUT_SECONDS", 5.0),
            first_token_timeout: self.seconds("LLM_FIRST_TOKEN_TIMEOUT_SECONDS", first_token),
            token_timeout: self.seconds("LLM_TOKEN_TIMEOUT_SECONDS", 20.0),
            timeout,
            max_retries: self.at_least("LLM_MAX_RETRIES", 2, 0),
            max_concurrency: self.at_least("LLM_MAX_CONCURRENCY", concurrency, 1),
            breaker_failures: self.at_least("LLM_BREAKER_FAILURES", 5, 1),
            breaker_pause: self.seconds("LLM_BREAKER_PAUSE_SECONDS", 15.0),
        })
    }

    fn effort(&mut self, name: &str) -> Option<Effort> {
        let text = self.text(name)?;
        let effort = text.parse().ok();
        if effort.is_none() {
            let names = Effort::ALL.map(Effort::name).join(", ");
            self.problems.push(format!(
                "{name}={text} is not usable; it should be one of {names}"
            ));
        }
        effort
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{MINIMUM, read};
    use super::*;

    fn llm(pairs: &[(&str, &str)]) -> Result<Option<LlmConfig>, ConfigError> {
        let mut all = MINIMUM.to_vec();
        all.extend_from_slice(pairs);
        read(&all).map(|config| config.llm)
    }

    #[test]
    fn the_provider_is_the_one_whose_key_is_present() {
        assert!(llm(&[]).expect("usable").is_none());
        let chosen = |pairs| llm(pairs).expect("usable").expect("a model").provider;
        assert_eq!(chosen(&[("OPENAI_API_KEY", "sk-x")]), LlmProvider::OpenAi);
        assert_eq!(
            chosen(&[("ANTHROPIC_API_KEY", "k")]),
            LlmProvider::Anthropic
        );
        let both = [("OPENAI_API_KEY", "sk-x"), ("ANTHROPIC_API_KEY", "k")];
        assert_eq!(chosen(&both), LlmProvider::OpenAi);
        let named = [both[0], both[1], ("LLM_PROVIDER", "anthropic")];
        assert_eq!(chosen(&named), LlmProvider::Anthropic);
        let off = [both[0], ("LLM_PROVIDER", "offline")];
        assert!(llm(&off).expect("usable").is_none());
    }

    #[test]
    fn a_compatible_server_needs_an_address_and_no_key() {
        let config = llm(&[
            ("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1"),
            ("LLM_MODEL", "m"),
        ])
        .expect("usable")
        .expect("a model");
        assert_eq!(config.base_url.as_str(), "http://127.0.0.1:8080/v1/");
        assert!(config.api_key.is_none());
        assert_eq!(config.interviewer.name.as_deref(), Some("m"));
        assert_eq!(config.max_concurrency, 1, "a server of one's own");
        for (name, value) in [
            ("LLM_PROVIDER", "anthropic"),
            ("LLM_PROVIDER", "skynet"),
            ("OPENAI_BASE_URL", "nowhere"),
        ] {
            let error = llm(&[(name, value)]).expect_err("unusable").to_string();
            assert!(error.contains(name), "{error}");
        }
        let server = ("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1");
        let error = llm(&[server, ("LLM_REASONING_EFFORT", "enormous")]).expect_err("unusable");
        assert!(error.to_string().contains("none, minimal, low"), "{error}");
    }
}
