//! Means, spreads and rank correlation.

pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The standard deviation of a sample.
pub(crate) fn spread(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

pub(crate) fn score(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.2}"))
}

pub(crate) fn percent(part: f64, whole: f64) -> String {
    if whole > 0.0 {
        format!("{:.0} %", 100.0 * part / whole)
    } else {
        "–".to_owned()
    }
}

/// Spearman's rank correlation, ties with their mean rank; `None` when one side does not vary.
pub(crate) fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let ranks = |values: Vec<f64>| -> Vec<f64> {
        let rank = |value: &f64| {
            let below = values.iter().filter(|other| *other < value).count();
            let same = values.iter().filter(|other| *other == value).count();
            below as f64 + (same as f64 + 1.0) / 2.0
        };
        values.iter().map(rank).collect()
    };
    let (one, two): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let (one, two) = (ranks(one), ranks(two));
    let (mean_one, mean_two) = (mean(&one)?, mean(&two)?);
    let products = |a: &[f64], ma: f64, b: &[f64], mb: f64| -> f64 {
        a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb)).sum()
    };
    let shared = products(&one, mean_one, &two, mean_two);
    let scale = products(&one, mean_one, &one, mean_one) * products(&two, mean_two, &two, mean_two);
    (scale > 0.0).then(|| shared / scale.sqrt())
}

/// The 95 % confidence interval of a rank correlation over `count` pairs (Bonett and Wright, 2000).
pub(crate) fn confidence(rho: f64, count: usize) -> Option<(f64, f64)> {
    let free = count.checked_sub(3).filter(|free| *free > 0)? as f64;
    let error = ((1.0 + rho * rho / 2.0) / free).sqrt();
    let z = rho.clamp(-0.999_999, 0.999_999).atanh();
    Some(((z - 1.96 * error).tanh(), (z + 1.96 * error).tanh()))
}
