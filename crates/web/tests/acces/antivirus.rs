//! What is received is shown to the antivirus first: a real `clamd`, with one signature of ours, that of the EICAR test file.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::StatusCode;
use mallette_app::antivirus::Antivirus;
use mallette_registry::TraceFiltre;

use crate::reseau::{Reponse, Reseau};

/// The test file of EICAR, in two halves: no antivirus is to find it here.
const EICAR: [&str; 2] =
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];
/// Where Debian and its kin put it.
const CLAMD: &str = "/usr/sbin/clamd";

/// A `clamd` of the test, stopped with it.
struct Clamd {
    process: Child,
    dir: tempfile::TempDir,
}

impl Drop for Clamd {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Clamd {
    fn start() -> Self {
        assert!(Path::new(CLAMD).exists(), "clamd is missing: scripts/test installs it");
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().join("base");
        std::fs::create_dir(&base).unwrap();
        let hex: String = EICAR.concat().bytes().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(base.join("essai.ndb"), format!("Essai.Eicar:0:*:{hex}\n")).unwrap();
        let config = dir.path().join("clamd.conf");
        let text = format!(
            "DatabaseDirectory {}\nLocalSocket {}\nForeground yes\nStreamMaxLength 1M\nMaxThreads 2\n",
            base.display(),
            dir.path().join("clamd.ctl").display()
        );
        std::fs::write(&config, text).unwrap();
        let process = Command::new(CLAMD)
            .arg("--config-file")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { process, dir }
    }

    /// Once it answers.
    async fn antivirus(&self) -> Antivirus {
        let socket = self.dir.path().join("clamd.ctl");
        let antivirus = Antivirus::parse(socket.to_str().unwrap()).unwrap();
        let start = Instant::now();
        loop {
            match antivirus.ping().await {
                Ok(()) => return antivirus,
                Err(why) => assert!(start.elapsed() < Duration::from_secs(120), "clamd: {why}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn deposit(reseau: &Reseau, content: &[u8]) -> Reponse {
    let head = "--B\r\nContent-Disposition: form-data; name=\"fichiers\"; filename=\"dossiers.csv\"\r\n\r\n";
    let mut body = head.as_bytes().to_vec();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--B--\r\n");
    let mut request = reseau.request("POST", Some("directeur"), "/imports", "");
    let kind = "multipart/form-data; boundary=B".parse().unwrap();
    request.headers_mut().insert("content-type", kind);
    *request.body_mut() = Body::from(body);
    reseau.send(request).await
}

#[tokio::test]
async fn an_infected_file_is_refused_in_words_and_nothing_of_it_is_kept() {
    let clamd = Clamd::start();
    let reseau = Reseau::peuple(None).await.with_antivirus(clamd.antivirus().await);
    let sound = deposit(&reseau, b"structure_id;dossier_id\n69382S00;1\n").await;
    assert_eq!(sound.status, StatusCode::SEE_OTHER, "{}", sound.text());
    assert_eq!(reseau.double.appels().len(), 2, "the file, and what the form said");
    let (kept, infected) = (reseau.double.depots(), EICAR.concat());
    let refused = deposit(&reseau, infected.as_bytes()).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let told = refused.text();
    assert!(told.contains("Essai.Eicar") && told.contains("dossiers.csv"), "{told}");
    // Beyond what it takes, it does not judge: nothing is taken either.
    let large = deposit(&reseau, &vec![b'x'; 3 << 20]).await;
    assert_eq!(large.status, StatusCode::CONFLICT);
    assert!(large.text().contains("StreamMaxLength"), "{}", large.text());
    assert_eq!((reseau.double.appels(), reseau.double.depots()), (Vec::new(), kept));
    let filtre = TraceFiltre { acte: Some("tentative".to_owned()), ..TraceFiltre::default() };
    let registry = reseau.registry().await;
    let tries = registry.trace_page(&filtre, None, 10).await.unwrap().entrees;
    let kinds: Vec<_> = tries.iter().map(|entry| entry.detail["genre"].clone()).collect();
    assert_eq!(kinds, ["fichier"]);
    // Gone, it says nothing: what is received is refused.
    drop(clamd);
    let unknown = deposit(&reseau, b"structure_id;dossier_id\n69382S00;1\n").await;
    assert_eq!(unknown.status, StatusCode::CONFLICT);
    assert!(unknown.text().contains("ne répond pas"), "{}", unknown.text());
    assert_eq!((reseau.double.appels(), reseau.double.depots()), (Vec::new(), kept));
    let health = reseau.get(Some("admin"), "/administration/sante").await.text();
    assert!(health.contains("Tout fichier reçu est refusé"), "{health}");
}
