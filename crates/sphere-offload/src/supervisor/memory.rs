//! How much memory a process has.

use std::fs;

/// Bytes of memory that a process has for itself alone: neither its program nor what it shares. `None`
/// where the process is gone, or the system does not say.
pub(super) fn own_bytes(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    kibibytes(&status, "RssAnon:").map(|kibibytes| kibibytes * 1_024)
}

fn kibibytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_what_the_system_says() {
        let status = "Name:\tsphere\nVmRSS:\t    9000 kB\nRssAnon:\t    1234 kB\nRssFile:\t 1 kB\n";
        assert_eq!(kibibytes(status, "RssAnon:"), Some(1_234));
        for none in ["", "RssAnon:", "RssAnon:\t12", "RssAnon:\t x kB"] {
            assert_eq!(kibibytes(none, "RssAnon:"), None, "{none}");
        }
        assert!(own_bytes(std::process::id()).unwrap() > 0);
        assert_eq!(own_bytes(u32::MAX), None);
    }
}
