//! Finds the servers of the same binary that run on this machine, by `/proc`. Without `/proc`, none
//! is found.

use std::collections::HashSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use crate::platform;

/// The addresses of the running servers. If process 1 is one, it is the container's server and the
/// only result. If there are several others, those of this process's session are preferred.
pub fn servers() -> Vec<(IpAddr, u16)> {
    let own = std::process::id();
    let Some(binary) = identity("/proc/self/exe".as_ref()) else { return vec![] };
    let mut pids: Vec<u32> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != own && is_server(*pid, binary))
        .collect();
    if pids.contains(&1) {
        pids = vec![1];
    }
    if pids.len() > 1 {
        let near: Vec<u32> = pids.iter().copied().filter(|pid| session(*pid) == session(own)).collect();
        if !near.is_empty() {
            pids = near;
        }
    }
    // A server on loopback listens on two addresses. One is enough, IPv4 before IPv6.
    pids.into_iter().filter_map(|pid| listening(pid).into_iter().min()).collect()
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    Some(platform::file_state(&fs::metadata(path).ok()?).file)
}

fn is_server(pid: u32, binary: (u64, u64)) -> bool {
    let process = Path::new("/proc").join(pid.to_string());
    let Ok(line) = fs::read(process.join("cmdline")) else { return false };
    let mut words = line.split(|byte| *byte == 0).skip(1);
    let serves =
        words.next().is_none_or(|word| word.is_empty() || word == b"serve" || word.starts_with(b"-"));
    serves && identity(&process.join("exe")) == Some(binary)
}

/// The session of a process: the sixth field of its `stat`. The fields are counted after the name,
/// which may contain spaces and parentheses.
fn session(pid: u32) -> Option<u32> {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    state.rsplit_once(')')?.1.split_whitespace().nth(3)?.parse().ok()
}

/// The listening TCP sockets of a process.
fn listening(pid: u32) -> Vec<(IpAddr, u16)> {
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten();
    let sockets: HashSet<String> = descriptors
        .filter_map(|entry| {
            let target = fs::read_link(entry.ok()?.path()).ok()?;
            Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
        })
        .collect();
    let tables = ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/{pid}/net/{table}")));
    let lines = tables.iter().flatten().flat_map(|table| table.lines().skip(1));
    lines
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            // The state LISTEN, and the inode of the socket.
            let is_own = *words.get(3)? == "0A" && sockets.contains(*words.get(9)?);
            is_own.then(|| address(words[1])).flatten()
        })
        .collect()
}

/// An address in the kernel's tables: hexadecimal 32-bit words in native byte order.
fn address(text: &str) -> Option<(IpAddr, u16)> {
    let (ip, port) = text.split_once(':')?;
    let word = |n: usize| u32::from_str_radix(ip.get(8 * n..8 * n + 8)?, 16).ok().map(u32::to_ne_bytes);
    let ip = if ip.len() == 8 {
        Ipv4Addr::from(word(0)?).into()
    } else {
        let bytes = [word(0)?, word(1)?, word(2)?, word(3)?].concat();
        Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).into()
    };
    Some((ip, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_kernels_tables_are_read() {
        let of = |ip: &str, port| Some((ip.parse().expect("an address"), port));
        assert_eq!(address("0100007F:1F90"), of("127.0.0.1", 8080));
        assert_eq!(address("00000000000000000000000001000000:0050"), of("::1", 80));
        assert_eq!(address("nonsense"), None);
    }
}
