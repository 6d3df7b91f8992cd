//! What stands between this service and a provider that is slow, busy or broken.

pub(crate) mod backoff;
pub(crate) mod breaker;
