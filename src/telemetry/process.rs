//! What the process takes of its machine, by `/proc` (proc(5)), under Prometheus' usual names.

use std::fs;

/// Sets the gauges of memory and descriptors; leaves out what can't be read.
pub fn observe() {
    if let Some(bytes) = resident_bytes() {
        metrics::gauge!("process_resident_memory_bytes").set(bytes);
    }
    if let Some(open) = open_descriptors() {
        metrics::gauge!("process_open_fds").set(open);
    }
    if let Some(most) = most_descriptors() {
        metrics::gauge!("process_max_fds").set(most);
    }
}

fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024.0)
}

fn open_descriptors() -> Option<f64> {
    let count = fs::read_dir("/proc/self/fd").ok()?.count();
    // Without the one that reads the folder.
    u32::try_from(count)
        .ok()
        .map(|count| f64::from(count) - 1.0)
}

/// The soft limit; none where it is unlimited.
fn most_descriptors() -> Option<f64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_memory_and_descriptors() {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 1_000_000.0));
        let (open, most) = (open_descriptors(), most_descriptors());
        assert!(open.is_some_and(|open| open >= 3.0), "{open:?}");
        assert!(most.is_none_or(|most| Some(most) > open), "{most:?}");
    }
}
