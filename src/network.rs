//! Whom a client is counted as.

use std::net::{IpAddr, Ipv6Addr};

use uuid::Uuid;

/// Leading bits of an IPv6 address that name a customer's network; the rest is theirs to choose.
const NETWORK_BITS: u32 = 64;

/// Who counts: an address with all who share it, or a user wherever they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Payer {
    Address(IpAddr),
    User(Uuid),
}

/// Where a request comes from, and from whom if that is known.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    network: IpAddr,
    user: Option<Uuid>,
}

impl Client {
    pub fn new(address: IpAddr, user: Option<Uuid>) -> Self {
        Self {
            network: network(address),
            user,
        }
    }

    /// Whom it counts for, the narrowest first.
    pub fn payers(self) -> impl Iterator<Item = Payer> {
        let user = self.user.map(Payer::User);
        user.into_iter().chain([Payer::Address(self.network)])
    }
}

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
