//! Mails sent to real SMTP servers, some of which refuse, hang or cut.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use mallette_courriel::{
    Adresse, Chiffrement, Envoi, Erreur, Message, Reglage, SansCourriel, Smtp, Suite,
};

use crate::puits::{SERVEURS, body, headers, received};

const PASSWORD: &str = "un secret é";

fn mallette() -> Adresse {
    Adresse::new("mallette@reseau.example", Some("Mallette, « le réseau »")).unwrap()
}

fn reglage(manner: &str) -> Reglage {
    Reglage {
        port: Some(SERVEURS.ports[manner]),
        autorites: Some(SERVEURS.autorite.clone()),
        delai: Duration::from_secs(10),
        ..Reglage::new("localhost", mallette())
    }
}

fn signed_in(manner: &str, password: &str) -> Reglage {
    let identifiants = Some(("mallette".to_owned(), password.to_owned().into()));
    Reglage { identifiants, ..reglage(manner) }
}

fn now() -> Timestamp {
    "2019-11-04T13:05:00Z".parse().unwrap()
}

fn message(courriel: &str) -> Message {
    let a = Adresse::new(courriel, Some("Léa Durand")).unwrap();
    let lines = "Une ligne qui commence par un point :\n.\n.. et une autre\nDe longues lignes : ";
    let text = format!("{lines}{}\n", "un été à la mer ".repeat(100));
    Message::new(&a, "Bonjour à tous, c'est l'été", &text)
}

async fn send(reglage: Reglage, message: &Message) -> Result<Suite, Erreur> {
    Smtp::new(reglage)?.send(message, now()).await
}

#[tokio::test]
async fn a_mail_arrives_whole_after_starttls_and_signing_in() {
    let sent = message("starttls@ml.example");
    assert_eq!(send(signed_in("starttls", PASSWORD), &sent).await, Ok(Suite::Envoye));
    let mail = received("starttls@ml.example");
    assert_eq!(mail["user"], "mallette");
    assert_eq!(mail["secure"], true);
    assert_eq!(mail["from"], "mallette@reseau.example");
    let raw = mail["raw"].as_str().unwrap();
    assert_eq!(body(raw).trim_end(), sent.texte().trim_end());
    let head = headers(raw);
    let value = |name: &str| {
        let line = head.iter().find(|line| line.starts_with(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("{name} in {head:?}"))[name.len() + 2..].to_owned()
    };
    assert_eq!(value("Date"), "Mon, 04 Nov 2019 13:05:00 +0000");
    assert_eq!(value("Content-Type"), "text/plain; charset=utf-8");
    assert_eq!(value("Auto-Submitted"), "auto-generated");
    assert_eq!(value("Content-Language"), "fr");
    assert!(value("Message-ID").ends_with("@reseau.example>"));
    assert!(value("To").ends_with("<starttls@ml.example>"));
    assert!(head.iter().all(|line| line.is_ascii()));
}

#[tokio::test]
async fn a_mail_arrives_by_tls_and_by_a_local_relay() {
    let sent = message("tls@ml.example");
    let tls = Reglage { chiffrement: Chiffrement::Tls, ..signed_in("tls", PASSWORD) };
    assert_eq!(send(tls, &sent).await, Ok(Suite::Envoye));
    assert_eq!(received("tls@ml.example")["secure"], true);
    let clear = Reglage { chiffrement: Chiffrement::Aucun, ..reglage("clair") };
    assert_eq!(send(clear, &message("clair@ml.example")).await, Ok(Suite::Envoye));
    assert_eq!(received("clair@ml.example")["secure"], false);
}

#[tokio::test]
async fn no_name_nor_subject_adds_a_header_or_a_recipient() {
    let injected = "Léa\r\nBcc: pirate@ailleurs.example\r\nX-Ajout: 1\r\n\r\nAutre texte";
    let a = Adresse::new("injection@ml.example", Some(injected)).unwrap();
    let sent = Message::new(&a, injected, "texte été");
    let clear = Reglage {
        chiffrement: Chiffrement::Aucun,
        expediteur: Adresse::new("mallette@reseau.example", Some(injected)).unwrap(),
        ..reglage("clair")
    };
    assert_eq!(send(clear, &sent).await, Ok(Suite::Envoye));
    let mail = received("injection@ml.example");
    assert_eq!(mail["to"].as_array().unwrap().len(), 1);
    let raw = mail["raw"].as_str().unwrap();
    let mut names: Vec<String> = headers(raw)
        .iter()
        .map(|line| line.split(':').next().unwrap().to_ascii_lowercase())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "auto-submitted",
            "content-language",
            "content-transfer-encoding",
            "content-type",
            "date",
            "from",
            "message-id",
            "mime-version",
            "subject",
            "to"
        ]
    );
    assert_eq!(body(raw).trim_end(), "texte été");
}

#[tokio::test]
async fn a_mail_says_how_it_is_stopped_and_keeps_its_name() {
    let clear = Reglage { chiffrement: Chiffrement::Aucun, ..reglage("clair") };
    let stop = format!("https://mallette.example/resume/arret/{}", "x".repeat(43));
    let named = message("arret@ml.example").with_arret(&stop).with_identifiant("abc123");
    assert_eq!(send(clear.clone(), &named).await, Ok(Suite::Envoye));
    let mail = received("arret@ml.example");
    let head = headers(mail["raw"].as_str().unwrap());
    for line in [
        format!("List-Unsubscribe: <{stop}>"),
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click".to_owned(),
        "Message-ID: <abc123@reseau.example>".to_owned(),
    ] {
        assert!(head.contains(&line), "{line} in {head:?}");
    }
    // In clear, no mail server is to follow the link by itself.
    let local =
        message("arret-local@ml.example").with_arret("http://localhost:8080/resume/arret/x");
    assert_eq!(send(clear, &local).await, Ok(Suite::Envoye));
    let head = headers(received("arret-local@ml.example")["raw"].as_str().unwrap());
    assert!(head.iter().any(|line| line.starts_with("List-Unsubscribe: <http://localhost")));
    assert!(!head.iter().any(|line| line.starts_with("List-Unsubscribe-Post")), "{head:?}");
}

#[tokio::test]
async fn nothing_is_said_in_the_clear_nor_to_an_unknown_certificate() {
    let sent = message("jamais@ml.example");
    // A server that offers no STARTTLS.
    assert_eq!(send(reglage("clair"), &sent).await, Err(Erreur::Chiffrement));
    let unknown = Reglage { autorites: None, ..signed_in("starttls", PASSWORD) };
    assert_eq!(send(unknown.clone(), &sent).await, Err(Erreur::Chiffrement));
    let wrapped =
        Reglage { chiffrement: Chiffrement::Tls, port: Some(SERVEURS.ports["tls"]), ..unknown };
    assert_eq!(send(wrapped, &sent).await, Err(Erreur::Chiffrement));
    // The certificate is that of « localhost » only.
    let other = Reglage { hote: "127.0.0.1".to_owned(), ..signed_in("starttls", PASSWORD) };
    assert_eq!(send(other, &sent).await, Err(Erreur::Chiffrement));
    for autorites in ["", "rien", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    {
        let wrong = Reglage { autorites: Some(autorites.to_owned()), ..reglage("starttls") };
        assert!(matches!(Smtp::new(wrong), Err(Erreur::Reglage(_))), "{autorites}");
    }
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let sent = message("refus@ml.example");
    let wrong = send(signed_in("starttls", "faux"), &sent).await.unwrap_err();
    assert_eq!(wrong, Erreur::Identifiants { code: "535".to_owned() });
    let missing = send(reglage("starttls"), &sent).await.unwrap_err();
    assert_eq!(missing, Erreur::Identifiants { code: "530".to_owned() });
    let unknown = send(reglage("refuse"), &sent).await.unwrap_err();
    assert_eq!(unknown, Erreur::Refuse { code: "550".to_owned() });
    let sender = send(reglage("refuse-expediteur"), &sent).await.unwrap_err();
    assert_eq!(sender, Erreur::Refuse { code: "553".to_owned() });
    let busy = send(reglage("occupe"), &sent).await.unwrap_err();
    assert_eq!(busy, Erreur::Occupe { code: "451".to_owned() });
    assert!(busy.is_transient() && !unknown.is_transient() && !wrong.is_transient());
    for erreur in [wrong, unknown, busy] {
        let text = erreur.to_string();
        assert!(!text.contains("refus@ml.example") && !text.contains("faux"), "{text}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_or_cuts_does_not_hold_the_sender() {
    let sent = message("attente@ml.example");
    for manner in ["muet", "lent"] {
        let start = Instant::now();
        let hasty = Reglage { delai: Duration::from_secs(1), ..reglage(manner) };
        assert_eq!(send(hasty, &sent).await, Err(Erreur::Delai), "{manner}");
        assert!(start.elapsed() < Duration::from_secs(5), "{manner}");
    }
    for manner in ["raccroche", "coupe"] {
        let erreur = send(reglage(manner), &sent).await.unwrap_err();
        assert_eq!(erreur, Erreur::Coupe, "{manner}");
        assert!(erreur.is_transient());
    }
    // A port that nobody listens on: just given back.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = Reglage { port: Some(free), ..reglage("tls") };
    assert_eq!(send(nobody, &sent).await, Err(Erreur::Injoignable));
}

#[tokio::test]
async fn an_installation_without_mail_hands_messages_over() {
    let ways: [Box<dyn Envoi>; 2] =
        [Box::new(SansCourriel), Box::new(Smtp::new(reglage("clair")).unwrap())];
    assert!(!ways[0].is_active() && ways[1].is_active());
    let outcome = ways[0].send(&message("personne@ml.example"), now()).await;
    assert_eq!(outcome, Ok(Suite::ATransmettre));
    assert!(!format!("{ways:?}").contains("reseau.example"));
}
