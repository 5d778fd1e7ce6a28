//! Real SMTP servers for the tests, in one process: ports by manner, and what was received.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use serde_json::Value;

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../courriel/tests/serveur");

/// The servers, one process for all tests; it ends with the test's own.
pub(crate) struct Serveurs {
    pub(crate) ports: BTreeMap<String, u16>,
    pub(crate) autorite: String,
    received: Mutex<(Vec<Value>, Lines<BufReader<ChildStdout>>)>,
    _stdin: ChildStdin,
    _child: Child,
}

pub(crate) static SERVEURS: LazyLock<Serveurs> = LazyLock::new(|| {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let dir = installed();
    let (cert, key) = (dir.join("cert.pem"), dir.join("key.pem"));
    fs::write(&cert, certified.cert.pem()).unwrap();
    fs::write(&key, certified.signing_key.serialize_pem()).unwrap();
    let mut child = Command::new("node")
        .arg(dir.join("serveur.mjs"))
        .args([&cert, &key])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs: scripts/test installs it");
    let stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ports = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    Serveurs {
        ports,
        autorite: certified.cert.pem(),
        received: Mutex::new((Vec::new(), lines)),
        _stdin: stdin,
        _child: child,
    }
});

/// The script with its packages, in the build folder: installed again when the lock changes.
fn installed() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serveur-courriel");
    fs::create_dir_all(&folder).unwrap();
    let guard = File::create(folder.join("verrou")).unwrap();
    guard.lock().unwrap();
    for entry in fs::read_dir(SOURCES).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
    }
    let lock = fs::read(folder.join("package-lock.json")).unwrap();
    let done = folder.join("installe");
    if fs::read(&done).ok().as_deref() != Some(lock.as_slice()) {
        let status = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--silent"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .status()
            .expect("npm runs: scripts/test installs it");
        assert!(status.success(), "npm ci failed in {}", folder.display());
        fs::write(&done, &lock).unwrap();
    }
    folder
}

/// The mail that the server says it received for that address.
pub(crate) fn received(to: &str) -> Value {
    let mut received = SERVEURS.received.lock().unwrap();
    loop {
        if let Some(mail) = received.0.iter().find(|mail| mail["to"][0] == to) {
            return mail.clone();
        }
        let line = received.1.next().expect("a mail").unwrap();
        received.0.push(serde_json::from_str(&line).unwrap());
    }
}

/// The mails received until now for that address, among those already read.
pub(crate) fn received_by(to: &str) -> Vec<Value> {
    let received = SERVEURS.received.lock().unwrap();
    received.0.iter().filter(|mail| mail["to"][0] == to).cloned().collect()
}

/// Headers, folded lines joined.
pub(crate) fn headers(raw: &str) -> Vec<String> {
    let head = raw.split("\r\n\r\n").next().unwrap();
    head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
}

/// The body, decoded from quoted-printable or base64, as its header says.
pub(crate) fn body(raw: &str) -> String {
    let encoded = raw.split_once("\r\n\r\n").unwrap().1;
    let head = headers(raw);
    let coding = head.iter().find(|line| line.starts_with("Content-Transfer-Encoding")).unwrap();
    if coding.ends_with("base64") {
        let bytes = data_encoding::BASE64.decode(encoded.replace("\r\n", "").as_bytes()).unwrap();
        return String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
    }
    assert!(coding.ends_with("quoted-printable"), "{coding}");
    let joined = encoded.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        if *byte == b'=' {
            let digits = std::str::from_utf8(&after[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}
