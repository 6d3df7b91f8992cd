//! The fields that bodies about accounts share, as they are normalised and validated.

use crate::routes::body::Fields;

/// E-mail addresses are compared in lower case, as GoTrue does.
pub(super) fn email(fields: &mut Fields) -> String {
    let email = fields.text("email", 254).unwrap_or_default();
    let email = email.trim().to_lowercase();
    if !is_email(&email) {
        fields.reject("email", "must be an e-mail address such as ada@example.com");
    }
    email
}

/// The shape alone; whether an address exists only a mail to it can tell.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@' && c != '"';
    (1..=64).contains(&local.len())
        && local.chars().all(plain)
        && domain.split('.').count() >= 2
        && domain.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
}

pub(super) fn new_password(fields: &mut Fields) -> String {
    let password = fields.text("password", 1_000).unwrap_or_default();
    if password.chars().count() < 8 {
        fields.reject("password", "must have at least 8 characters");
    } else if password.len() > 72 {
        fields.reject("password", "must have at most 72 bytes");
    }
    password
}

pub(super) fn name(fields: &mut Fields) -> String {
    let name = fields.text("name", 1_000).unwrap_or_default();
    let name = name.trim().to_owned();
    if !(1..=100).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        fields.reject(
            "name",
            "must have 1 to 100 characters, none of them a control character",
        );
    }
    name
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn addresses_are_judged_by_their_shape() {
        for good in [
            "a@example.com",
            "ada.lovelace+x@mail.example.co.uk",
            "ü@exämple.de",
        ] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "@",
            "a@b",
            "a b@example.com",
            "a@@example.com",
            "a@.com",
            "a@exa mple.com",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
