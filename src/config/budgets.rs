//! What providers may be used for in a day, and by whom.

use super::environment::Environment;

/// Amounts of a day (UTC).
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    pub model_calls: u64,
    /// Of text to speech.
    pub characters: u64,
    /// Of transcription.
    pub seconds: u64,
    pub searches: u64,
}

/// A user's amounts of a day (UTC). Characters and seconds are in [`super::SpeechConfig`]: the database counts them.
#[derive(Clone, Copy, Debug)]
pub struct UserAllowance {
    pub model_calls: u64,
    pub searches: u64,
}

#[derive(Clone, Debug)]
pub struct BudgetConfig {
    /// All clients of one address, signed in or not.
    pub address: Allowance,
    pub user: UserAllowance,
    /// Everybody that one instance serves.
    pub instance: Allowance,
    /// Guests are interviewed by the model; otherwise by the built-in interviewer.
    pub guest_models: bool,
    pub guest_speech: bool,
}

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    pub(super) fn budgets(&mut self) -> BudgetConfig {
        BudgetConfig {
            address: Allowance {
                model_calls: self.at_least("BUDGET_ADDRESS_MODEL_CALLS", 2_000, 0),
                characters: self.at_least("BUDGET_ADDRESS_CHARACTERS", 300_000, 0),
                seconds: self.at_least("BUDGET_ADDRESS_SECONDS", 21_600, 0),
                searches: self.at_least("BUDGET_ADDRESS_SEARCHES", 300, 0),
            },
            user: UserAllowance {
                model_calls: self.at_least("BUDGET_USER_MODEL_CALLS", 1_000, 0),
                searches: self.at_least("BUDGET_USER_SEARCHES", 150, 0),
            },
            instance: Allowance {
                model_calls: self.at_least("BUDGET_INSTANCE_MODEL_CALLS", 50_000, 0),
                characters: self.at_least("BUDGET_INSTANCE_CHARACTERS", 5_000_000, 0),
                seconds: self.at_least("BUDGET_INSTANCE_SECONDS", 360_000, 0),
                searches: self.at_least("BUDGET_INSTANCE_SEARCHES", 5_000, 0),
            },
            guest_models: self.flag_or("GUEST_MODELS", true),
            guest_speech: self.flag_or("GUEST_SPEECH", true),
        }
    }
}
