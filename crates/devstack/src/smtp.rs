//! An SMTP server that takes a real GoTrue's mails into the mailbox and delivers none.

use std::io;
use std::net::TcpListener;

use anyhow::Context as _;
use mail_parser::MessageParser;
use mailin_embedded::response::{self, Response};
use mailin_embedded::{Handler, Server};
use url::Url;

use super::mailbox::{Mail, Mailbox};

/// What GoTrue is told to write into its mails, so that link and digits can be read from any.
/// The syntax is Go's `html/template`.
pub(super) const TEMPLATE: &str = "<p>{{ .ConfirmationURL }}</p>\n<p>{{ .Token }}</p>\n";
/// A reauthentication has no link.
pub(super) const TEMPLATE_WITHOUT_LINK: &str = "<p>{{ .Token }}</p>\n";

/// Serves on a free port of this host until the process ends; returns the port.
///
/// # Errors
/// No port, or no thread.
pub(super) fn serve(mailbox: Mailbox) -> anyhow::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port for SMTP")?;
    let port = listener.local_addr()?.port();
    let mut server = Server::new(Sink {
        mailbox,
        to: String::new(),
        data: Vec::new(),
    });
    server.with_name("devstack").with_tcp_listener(listener);
    std::thread::Builder::new()
        .name("smtp".to_owned())
        .spawn(move || {
            if let Err(error) = server.serve() {
                tracing::error!(%error, "the SMTP server ended");
            }
        })?;
    Ok(port)
}

/// One connection; the server clones it for each.
#[derive(Clone)]
struct Sink {
    mailbox: Mailbox,
    to: String,
    data: Vec<u8>,
}

impl Handler for Sink {
    fn rcpt(&mut self, to: &str) -> Response {
        to.clone_into(&mut self.to);
        response::OK
    }

    fn data_start(
        &mut self,
        _domain: &str,
        _from: &str,
        _is8bit: bool,
        _to: &[String],
    ) -> Response {
        self.data.clear();
        response::OK
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.data.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        match read(&self.data, &self.to) {
            Some(mail) => {
                self.mailbox.push(mail);
                response::OK
            }
            None => response::TRANSACTION_FAILED,
        }
    }
}

/// The mail in a message made by [`TEMPLATE`]; the link says its kind.
fn read(message: &[u8], to: &str) -> Option<Mail> {
    let message = MessageParser::default().parse(message)?;
    let text = message.body_text(0)?;
    let words = || text.split_whitespace();
    let link = words()
        .find(|word| word.starts_with("http"))
        .unwrap_or_default();
    let digits = |word: &&str| word.len() >= 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let url = Url::parse(link).ok();
    let query = |name: &str| {
        let (_, value) = url.as_ref()?.query_pairs().find(|(key, _)| key == name)?;
        Some(value.into_owned())
    };
    Some(Mail {
        to: to.trim_matches(['<', '>']).to_owned(),
        kind: query("type").unwrap_or_else(|| "reauthentication".to_owned()),
        link: link.to_owned(),
        token: words().find(digits).unwrap_or_default().to_owned(),
        token_hash: query("token").unwrap_or_default(),
        sent_at: jiff::Timestamp::now(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> Vec<u8> {
        format!(
            "From: a@example.com\r\nTo: ada@example.com\r\nSubject: Confirm\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/html; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{body}\r\n"
        )
        .into_bytes()
    }

    #[test]
    fn link_and_digits_are_read_from_quoted_printable_html() {
        let body = "<p>http://localhost/auth/v1/verify?token=3Dabc123&amp;type=3Drecovery&amp;=\r\n\
                    redirect_to=3Dhttp://localhost</p>\r\n<p>042917</p>";
        let mail = read(&message(body), "<ada@example.com>").unwrap();
        assert_eq!(
            (&*mail.to, &*mail.kind, &*mail.token, &*mail.token_hash),
            ("ada@example.com", "recovery", "042917", "abc123")
        );
        assert_eq!(
            mail.link,
            "http://localhost/auth/v1/verify?token=abc123&type=recovery&redirect_to=http://localhost"
        );
    }

    #[test]
    fn digits_alone_are_a_reauthentication() {
        let mail = read(&message("<p>042917</p>"), "ada@example.com").unwrap();
        assert_eq!(
            (&*mail.kind, &*mail.token, &*mail.link),
            ("reauthentication", "042917", "")
        );
    }
}
