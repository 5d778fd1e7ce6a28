//! The antivirus of the machine: what is received is shown to a `clamd` (protocol INSTREAM) before anything reads it. It says that a file
//! is sound, or nothing is taken: no answer is a refusal.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use crate::port::Refus;
use crate::tentative::{self, Tentative};

/// How long a connection is waited for.
const ACCUEIL: Duration = Duration::from_secs(10);
/// How long each portion, or the verdict, is waited for: a large archive takes a while to be opened.
const ATTENTE: Duration = Duration::from_secs(180);
/// Bytes sent at once.
const PORTION: usize = 64 * 1024;
/// Longest answer read.
const REPONSE: usize = 4096;

/// Where it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Adresse {
    Socket(PathBuf),
    Tcp(SocketAddr),
}

/// An antivirus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Antivirus {
    adresse: Adresse,
    accueil: Duration,
    attente: Duration,
}

impl fmt::Display for Antivirus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.adresse {
            Adresse::Socket(path) => write!(f, "{}", path.display()),
            Adresse::Tcp(adresse) => write!(f, "{adresse}"),
        }
    }
}

/// What it says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Sain,
    /// The name of what was found, as the antivirus calls it.
    Infecte(String),
    /// It did not judge, and says why.
    Sans(String),
}

impl Antivirus {
    /// The one that answers at that socket (`/run/clamav/clamd.ctl`), or at that address of this machine (`127.0.0.1:3310`).
    ///
    /// # Errors
    /// When it is neither: files go to no other machine, in clear.
    pub fn parse(text: &str) -> Result<Self, Refus> {
        let adresse = match text.parse::<SocketAddr>() {
            Ok(adresse) if adresse.ip().is_loopback() => Adresse::Tcp(adresse),
            Err(_) if Path::new(text).is_absolute() => Adresse::Socket(text.into()),
            _ => {
                return Err(Refus(format!(
                    "« {text} » n'est ni le chemin d'une socket, comme /run/clamav/clamd.ctl, ni une adresse de cette \
                     machine, comme 127.0.0.1:3310."
                )));
            }
        };
        Ok(Self { adresse, accueil: ACCUEIL, attente: ATTENTE })
    }

    /// Shows it a file that stands on the disk.
    ///
    /// # Errors
    /// When it is refused, or could not be judged: in words.
    pub async fn check_file(&self, path: &Path, nom: &str) -> Result<(), Refus> {
        let file = File::open(path).await.map_err(|error| self.silent(&error))?;
        self.check(file, nom).await
    }

    /// Shows it what was received; `nom` is what the person calls it.
    ///
    /// # Errors
    /// When it is refused, or could not be judged: in words.
    pub async fn check(
        &self,
        content: impl AsyncRead + Send + Unpin,
        nom: &str,
    ) -> Result<(), Refus> {
        match self.ask(content).await.map_err(|error| self.silent(&error))? {
            Verdict::Sain => Ok(()),
            Verdict::Infecte(what) => {
                tentative::note(Tentative::Fichier);
                Err(Refus(format!(
                    "L'antivirus du serveur refuse « {nom} » : il y reconnaît « {what} ». Rien n'a été importé, et le fichier \
                     n'est pas gardé. Prévenir la personne qui administre le poste d'où il vient."
                )))
            }
            Verdict::Sans(why) => Err(Refus(format!(
                "L'antivirus du serveur n'a pas pu juger « {nom} » : {why}. Sans son avis, rien n'est importé. Prévenir la personne qui \
                 administre Mallette."
            ))),
        }
    }

    /// The refusal of who did not get an answer. The cause goes to the journal: it names places of the machine.
    fn silent(&self, error: &std::io::Error) -> Refus {
        eprintln!("antivirus {self} : {error}");
        let raison = "L'antivirus du serveur ne répond pas. Sans son avis, rien n'est importé. Recommencer dans quelques minutes ; \
                      si cela dure, prévenir la personne qui administre Mallette.";
        Refus(raison.to_owned())
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// Why it does not, in words.
    pub async fn ping(&self) -> Result<(), String> {
        let asked = async {
            match &self.adresse {
                Adresse::Socket(path) => {
                    converse(UnixStream::connect(path).await?, b"zPING\0").await
                }
                Adresse::Tcp(adresse) => {
                    converse(TcpStream::connect(adresse).await?, b"zPING\0").await
                }
            }
        };
        match timeout(self.accueil, asked).await {
            Ok(Ok(answer)) if answer == "PONG" => Ok(()),
            Ok(Ok(_)) => Err("il ne répond pas comme clamd".to_owned()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("il ne répond pas à temps".to_owned()),
        }
    }

    async fn ask(&self, content: impl AsyncRead + Send + Unpin) -> std::io::Result<Verdict> {
        match &self.adresse {
            Adresse::Socket(path) => {
                let stream = bounded(self.accueil, UnixStream::connect(path)).await?;
                self.show(stream, content).await
            }
            Adresse::Tcp(adresse) => {
                let stream = bounded(self.accueil, TcpStream::connect(adresse)).await?;
                self.show(stream, content).await
            }
        }
    }

    /// The content by portions, each after its length, an empty one in the end.
    async fn show(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin,
        mut content: impl AsyncRead + Send + Unpin,
    ) -> std::io::Result<Verdict> {
        let (mut answers, mut asked) = tokio::io::split(stream);
        let send = async {
            asked.write_all(b"zINSTREAM\0").await?;
            let mut portion = vec![0; PORTION];
            loop {
                let length = content.read(&mut portion).await?;
                let head = u32::try_from(length).unwrap_or(0).to_be_bytes();
                bounded(self.attente, asked.write_all(&head)).await?;
                let Some(sent) = portion.get(..length).filter(|sent| !sent.is_empty()) else {
                    break;
                };
                bounded(self.attente, asked.write_all(sent)).await?;
            }
            asked.flush().await
        };
        // Over its limit, it says so and closes before the end: what it said counts, not that it left.
        let sent = send.await;
        let answer = bounded(self.attente, answer(&mut answers)).await;
        match (answer, sent) {
            (Ok(text), _) if !text.is_empty() => Ok(verdict(&text)),
            (Ok(_), Ok(())) => Ok(Verdict::Sans("il n'a rien répondu".to_owned())),
            (Err(error), Ok(())) | (_, Err(error)) => Err(error),
        }
    }
}

/// Sends a command, reads its answer.
async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    command: &[u8],
) -> std::io::Result<String> {
    stream.write_all(command).await?;
    answer(&mut stream).await
}

/// What it says, up to the character that ends it. It may close on what it did not want to read: what it said before counts.
async fn answer(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    while bytes.len() < REPONSE && !bytes.contains(&0) {
        match stream.read_buf(&mut bytes).await {
            Ok(0) => break,
            Err(error) if bytes.is_empty() => return Err(error),
            Err(_) => break,
            Ok(_) => {}
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim_matches(['\0', '\n', ' ']).to_owned())
}

async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = std::io::Result<T>>,
) -> std::io::Result<T> {
    match timeout(limit, work).await {
        Ok(done) => done,
        Err(_) => Err(std::io::Error::new(std::io::ErrorKind::TimedOut, "sans réponse à temps")),
    }
}

/// `stream: OK`, `stream: NAME FOUND`, or anything else, which is no verdict.
fn verdict(answer: &str) -> Verdict {
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    if said == "OK" {
        return Verdict::Sain;
    }
    match said.strip_suffix(" FOUND") {
        Some(what) => {
            let plain = |c: &char| c.is_ascii_alphanumeric() || "._-/:".contains(*c);
            Verdict::Infecte(what.chars().filter(plain).take(80).collect())
        }
        None if said.contains("size limit exceeded") => Verdict::Sans(
            "il est plus grand que ce que l'antivirus accepte (StreamMaxLength)".to_owned(),
        ),
        None => Verdict::Sans("il a répondu par une erreur".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tentative::{Constat, watch};
    use std::io::ErrorKind;
    use tokio::net::UnixListener;

    #[test]
    fn it_is_on_this_machine() {
        for fit in ["/run/clamav/clamd.ctl", "127.0.0.1:3310", "[::1]:3310"] {
            assert_eq!(Antivirus::parse(fit).unwrap().to_string(), fit);
        }
        for unfit in ["192.0.2.1:3310", "clamd", "run/clamd.ctl", "0.0.0.0:3310", ""] {
            assert!(Antivirus::parse(unfit).unwrap_err().0.contains("socket"), "{unfit}");
        }
    }

    #[test]
    fn only_one_answer_says_that_a_file_is_sound() {
        assert_eq!(verdict("stream: OK"), Verdict::Sain);
        let found = "stream: Eicar-Test-Signature FOUND";
        assert_eq!(verdict(found), Verdict::Infecte("Eicar-Test-Signature".to_owned()));
        assert_eq!(verdict("stream: a<b>\"c FOUND"), Verdict::Infecte("abc".to_owned()));
        for none in ["", "OKAY", "stream: OK FOUND?", "UNKNOWN COMMAND", "stream: x ERROR"] {
            assert!(matches!(verdict(none), Verdict::Sans(_)), "{none}");
        }
        let Verdict::Sans(why) = verdict("INSTREAM size limit exceeded. ERROR") else { panic!() };
        assert!(why.contains("StreamMaxLength"), "{why}");
    }

    /// One that takes everything, then answers so, or closes at once without a word.
    async fn double(dir: &Path, answer: Option<&'static str>) -> Antivirus {
        let path = dir.join("clamd.ctl");
        let listener = UnixListener::bind(&path).unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(answer) = answer else { continue };
                let mut command = [0; 10];
                stream.read_exact(&mut command).await.unwrap();
                assert_eq!(&command, b"zINSTREAM\0");
                loop {
                    let length = stream.read_u32().await.unwrap();
                    if length == 0 {
                        break;
                    }
                    let mut portion = vec![0; usize::try_from(length).unwrap()];
                    stream.read_exact(&mut portion).await.unwrap();
                }
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Antivirus::parse(path.to_str().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn what_is_infected_is_refused_and_is_a_try() {
        let dir = tempfile::tempdir().unwrap();
        let antivirus = double(dir.path(), Some("stream: Vilain FOUND\0")).await;
        let content = vec![b'x'; 3 * PORTION + 1];
        let (refused, seen) = watch(antivirus.check(content.as_slice(), "a.csv")).await;
        let Refus(why) = refused.unwrap_err();
        assert!(why.contains("« a.csv »") && why.contains("« Vilain »"), "{why}");
        assert_eq!(seen, [Constat { tentative: Tentative::Fichier, vise: None }]);
    }

    #[tokio::test]
    async fn without_a_verdict_nothing_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let mute = double(dir.path(), None).await;
        let refused = |refused: Result<(), Refus>| refused.unwrap_err().0;
        let content: &[u8] = b"a;b";
        assert!(refused(mute.check(content, "a.csv").await).contains("rien n'est importé"));
        let gone = Antivirus::parse(dir.path().join("rien").to_str().unwrap()).unwrap();
        assert!(refused(gone.check(content, "a.csv").await).contains("ne répond pas"));
        assert!(gone.ping().await.is_err());
        // It hears, and says nothing.
        let path = dir.path().join("sourd");
        let _listener = UnixListener::bind(&path).unwrap();
        let mut deaf = Antivirus::parse(path.to_str().unwrap()).unwrap();
        deaf.attente = Duration::from_millis(50);
        assert!(refused(deaf.check(content, "a.csv").await).contains("ne répond pas"));
        // A file that cannot be read is not sound either.
        let missing = antivirus_of(&dir).check_file(&dir.path().join("absent.csv"), "a").await;
        assert!(refused(missing).contains("rien n'est importé"));
        let error = bounded(Duration::ZERO, std::future::pending::<std::io::Result<()>>()).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::TimedOut);
    }

    fn antivirus_of(dir: &tempfile::TempDir) -> Antivirus {
        Antivirus::parse(dir.path().join("clamd.ctl").to_str().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn what_is_too_large_for_it_is_told_even_when_it_closes_before_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("clamd.ctl");
        let listener = UnixListener::bind(&path).unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut some = [0; 1000];
            stream.read_exact(&mut some).await.unwrap();
            stream.write_all(b"INSTREAM size limit exceeded. ERROR\0").await.unwrap();
        });
        let antivirus = Antivirus::parse(path.to_str().unwrap()).unwrap();
        let content = vec![b'x'; 8 << 20];
        let Refus(why) = antivirus.check(content.as_slice(), "grand.csv").await.unwrap_err();
        assert!(why.contains("StreamMaxLength"), "{why}");
    }

    #[tokio::test]
    async fn what_is_sound_passes() {
        let dir = tempfile::tempdir().unwrap();
        let antivirus = double(dir.path(), Some("stream: OK\0")).await;
        let content: &[u8] = b"";
        assert_eq!(antivirus.check(content, "vide.csv").await, Ok(()));
        let path = dir.path().join("a.csv");
        std::fs::write(&path, vec![b'x'; PORTION * 2]).unwrap();
        assert_eq!(antivirus.check_file(&path, "a.csv").await, Ok(()));
    }
}
