//! A browser without hands: at the provider's, it follows redirections with its cookies until it is
//! sent back to us; here, it carries what it was given.

use std::collections::BTreeMap;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::reseau::{Reponse, Reseau};

/// Where the provider sends browsers back.
const RETOUR: &str = "http://localhost:8080/connexion/oidc/retour?";

/// A browser, by the cookies that we gave it.
#[derive(Default, Clone)]
pub(crate) struct Navigateur {
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Navigateur {
    /// One that carries that session.
    pub(crate) fn signed_in(session: &str) -> Self {
        let cookies = BTreeMap::from([("mallette".to_owned(), session.to_owned())]);
        Self { cookies }
    }

    pub(crate) async fn get(&mut self, reseau: &Reseau, path: &str) -> Reponse {
        self.ask(reseau, "GET", path, "").await
    }

    pub(crate) async fn post(&mut self, reseau: &Reseau, path: &str, form: &str) -> Reponse {
        self.ask(reseau, "POST", path, form).await
    }

    async fn ask(&mut self, reseau: &Reseau, methode: &str, path: &str, form: &str) -> Reponse {
        let mut request = reseau.request(methode, None, path, form);
        if !self.cookies.is_empty() {
            request.headers_mut().insert("cookie", written(&self.cookies).parse().unwrap());
        }
        let answer = reseau.send(request).await;
        let given = answer.headers.get_all("set-cookie").iter();
        let given: Vec<String> = given.map(|value| value.to_str().unwrap().to_owned()).collect();
        for cookie in &given {
            keep(&mut self.cookies, cookie);
        }
        answer
    }

    /// Leaves by that form for the provider, where `qui` signs in; the path it is sent back to.
    pub(crate) async fn leave(
        &mut self,
        reseau: &Reseau,
        (path, form): (&str, &str),
        qui: &str,
    ) -> String {
        let left = self.post(reseau, path, form).await;
        let address = left.header("location").to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "{} {}", left.status, left.text());
        browse(&format!("{address}&login_hint={qui}")).await
    }

    /// Leaves, and comes back.
    pub(crate) async fn go_and_return(
        &mut self,
        reseau: &Reseau,
        form: (&str, &str),
        qui: &str,
    ) -> Reponse {
        let back = self.leave(reseau, form, qui).await;
        self.get(reseau, &back).await
    }
}

fn written(cookies: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> =
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("; ")
}

fn keep(cookies: &mut BTreeMap<String, String>, given: &str) {
    let (name, value) = given.split(';').next().unwrap().split_once('=').unwrap();
    match given.contains("Max-Age=0") {
        true => cookies.remove(name),
        false => cookies.insert(name.to_owned(), value.to_owned()),
    };
}

/// What the provider answers to a browser, as far as a browser follows it.
struct Page {
    status: String,
    location: Option<String>,
    cookies: Vec<String>,
}

async fn fetch(address: &str, cookies: &BTreeMap<String, String>) -> Page {
    let rest = address.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: {host}\r\ncookie: {}\r\nconnection: close\r\n\r\n",
        written(cookies)
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let head = text.split("\r\n\r\n").next().unwrap();
    let named = |name: &str| -> Vec<String> {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_owned()).collect()
    };
    Page {
        status: head.lines().next().unwrap().to_owned(),
        location: named("location").pop(),
        cookies: named("set-cookie"),
    }
}

/// The path that the provider sends the browser back to.
async fn browse(start: &str) -> String {
    let mut cookies = BTreeMap::new();
    let mut address = start.to_owned();
    for _ in 0..12 {
        if address.starts_with(RETOUR) {
            return address.strip_prefix("http://localhost:8080").unwrap().to_owned();
        }
        let page = fetch(&address, &cookies).await;
        for cookie in &page.cookies {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = page.location.unwrap_or_else(|| panic!("{} at {address}", page.status));
        address = match location.strip_prefix('/') {
            Some(path) => {
                let host = address.strip_prefix("http://").unwrap().split('/').next().unwrap();
                format!("http://{host}/{path}")
            }
            None => location,
        };
    }
    panic!("redirected for ever");
}
