//! A command that prints the master key: that of a secret manager, most often.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

/// A key and its comments are far below.
const LIMITE: u64 = 16 << 10;

/// Between two looks at a command that said all but has not ended.
const PAUSE: Duration = Duration::from_millis(10);

/// What the command printed; in French, why there is nothing.
pub(super) fn output(ligne: &str, delai: Duration) -> Result<Zeroizing<String>, String> {
    let end = Instant::now() + delai;
    let mut child = shell(ligne)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| format!("la commande n'a pas pu être lancée, {error}"))?;
    let read = read(&mut child, delai);
    // One that writes more than a key is not waited for: it dies of a pipe that nobody reads, and what
    // it wrote is refused for what it is.
    let full = read.as_ref().is_ok_and(|text| text.len() as u64 >= LIMITE);
    let ended = match &read {
        Ok(_) if !full => wait(&mut child, end),
        _ => None,
    };
    if ended.is_none() {
        // It may have ended meanwhile: there is then nothing to stop.
        let _ = child.kill();
        let _ = child.wait();
    }
    let text = read?;
    match ended {
        None if full => Ok(text),
        None => Err(late(delai)),
        Some(status) if status.success() => Ok(text),
        Some(status) => Err(format!("la commande a échoué ({status})")),
    }
}

/// Reads on a thread of its own, so that a command that never ends is not waited for.
fn read(child: &mut Child, delai: Duration) -> Result<Zeroizing<String>, String> {
    let out = child.stdout.take().ok_or("la commande n'a pas de sortie")?;
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut text = Zeroizing::new(String::new());
        let read = out.take(LIMITE + 1).read_to_string(&mut text).map(|_| text);
        // Nobody waits any more when it is late.
        let _ = sender.send(read);
    });
    match receiver.recv_timeout(delai) {
        // Without an end, it fails by its own fault once nobody reads: what is wrong is its length.
        Ok(Ok(text)) if text.len() as u64 > LIMITE => {
            Err("la réponse de la commande est trop longue : une seule clé est attendue".to_owned())
        }
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => Err(format!("la réponse de la commande est illisible, {error}")),
        Err(_) => Err(late(delai)),
    }
}

fn wait(child: &mut Child, end: Instant) -> Option<std::process::ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < end => thread::sleep(PAUSE),
            _ => return None,
        }
    }
}

fn late(delai: Duration) -> String {
    format!("la commande n'a pas répondu en {} secondes", delai.as_secs())
}

fn shell(ligne: &str) -> Command {
    let (program, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = Command::new(program);
    command.arg(option).arg(ligne);
    command
}
