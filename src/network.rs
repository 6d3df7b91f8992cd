//! The address that a client is counted by.

use std::net::{IpAddr, Ipv6Addr};

/// Leading bits of an IPv6 address that name a customer's network; the rest is theirs to choose.
const NETWORK_BITS: u32 = 64;

/// What all addresses of one client have in common: an IPv4 address, or an IPv6 /64.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let bits = u128::from(address) & (u128::MAX << (128 - NETWORK_BITS));
            Ipv6Addr::from(bits).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_client_is_its_network() {
        let of = |text: &str| network(text.parse().expect("an address")).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_ne!(of("2001:db8:1:3::1"), of("2001:db8:1:2::1"));
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(
            of("::ffff:192.0.2.7"),
            "192.0.2.7",
            "IPv4 in IPv6's clothes"
        );
    }
}
