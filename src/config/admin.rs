//! Where the operator's pages are served.

use std::net::{Ipv4Addr, SocketAddr};

use super::Environment;

/// Reached by who is on this machine.
const DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// Where `/metrics` and `/docs` are: they tell strangers more than they need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admin {
    /// Beside everything else.
    Public,
    /// At an address of their own.
    Apart {
        address: SocketAddr,
        /// Nobody asked for this address: where it is taken, the service starts without it.
        optional: bool,
    },
}

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    pub(super) fn admin(&mut self) -> Admin {
        let Some(text) = self.text("ADMIN_ADDRESS") else {
            return Admin::Apart {
                address: DEFAULT,
                optional: true,
            };
        };
        if text == "public" {
            return Admin::Public;
        }
        let looks_like = "an address with a port such as 127.0.0.1:9464, or public";
        Admin::Apart {
            address: self.parsed("ADMIN_ADDRESS", DEFAULT, looks_like),
            optional: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{MINIMUM, read};
    use super::*;

    fn admin(value: &str) -> Option<Admin> {
        let mut pairs = MINIMUM.to_vec();
        pairs.push(("ADMIN_ADDRESS", value));
        Some(read(&pairs).ok()?.server.admin)
    }

    #[test]
    fn the_operators_pages_are_not_public_unless_asked() {
        let apart = |address: &str, optional| {
            let address = address.parse().expect("an address");
            Some(Admin::Apart { address, optional })
        };
        assert_eq!(admin(""), apart("127.0.0.1:9464", true));
        assert_eq!(admin("0.0.0.0:9000"), apart("0.0.0.0:9000", false));
        assert_eq!(admin("[::1]:9000"), apart("[::1]:9000", false));
        assert_eq!(admin("public"), Some(Admin::Public));
        for unusable in ["9464", "127.0.0.1", "everywhere"] {
            assert_eq!(admin(unusable), None, "{unusable}");
        }
    }
}
