//! Durations as Go writes them: `24h`, `1h30m`, `-1.5s`.

/// # Errors
/// What Go's `time.ParseDuration` says.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let invalid = || format!("time: invalid duration {text:?}");
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0.0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let split = |text: &str, ends: fn(char) -> bool| text.find(ends).unwrap_or(text.len());
        let (number, after) = rest.split_at(split(rest, |c| !c.is_ascii_digit() && c != '.'));
        let (unit, after) = after.split_at(split(after, |c| c.is_ascii_digit() || c == '.'));
        let number: f64 = number.parse().map_err(|_| invalid())?;
        let factor = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" | "μs" => 1e-6,
            "ns" => 1e-9,
            "" => return Err(format!("time: missing unit in duration {text:?}")),
            unknown => {
                return Err(format!(
                    "time: unknown unit {unknown:?} in duration {text:?}"
                ));
            }
        };
        total += number * factor;
        rest = after;
    }
    Ok(sign * total)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn units_add_up() {
        for (text, wanted) in [
            ("24h", 86_400.0),
            ("1h30m", 5_400.0),
            ("-1.5s", -1.5),
            ("0", 0.0),
        ] {
            assert_eq!(seconds(text), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for text in ["", "soon", "10", "1d", "-", "h"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
