//! The texts of the mails, as they are read; and what hostile data makes of them.

use jiff::civil::{DateTime, datetime};
use mallette_courriel::modele::{
    BrisDeGlace, ChangementDeFacteur, ConnexionInhabituelle, Facteur, Invitation, Reinitialisation,
    Resume, bris_de_glace, changement_de_mot_de_passe, changement_de_second_facteur,
    connexion_inhabituelle, invitation, reinitialisation, resume,
};
use mallette_courriel::{Adresse, Message};

const RESEAU: &str = "Missions Locales d'Exemple";

fn lea() -> Adresse {
    Adresse::new("lea.durand@ml.example", Some("Léa Durand")).unwrap()
}

fn when() -> DateTime {
    datetime(2019, 11, 4, 14, 5, 0, 0)
}

fn read(message: &Message) -> String {
    let text = format!("Objet : {}\n\n{}", message.sujet(), message.texte());
    for line in text.lines().filter(|line| line.starts_with("http")) {
        assert!(!line.contains(' '), "{line}");
    }
    text
}

fn an_invitation<'a>(invite_par: &'a str, centre: Option<&'a str>) -> Invitation<'a> {
    Invitation {
        reseau: RESEAU,
        invite_par,
        role: "Conseiller",
        centre,
        lien: "https://mallette.example/invitation/abc",
        expire: datetime(2019, 12, 1, 9, 0, 0, 0),
    }
}

fn an_unusual_sign_in(reussie: bool) -> ConnexionInhabituelle<'static> {
    ConnexionInhabituelle {
        reseau: RESEAU,
        quand: when(),
        reussie,
        adresse: "203.0.113.7",
        navigateur: "Firefox sous Windows",
        lien: "https://mallette.example/compte/securite",
    }
}

#[test]
fn an_invitation_is_read() {
    let centre = invitation(&lea(), &an_invitation("Anne Petit", Some("ML de la Vallée")));
    insta::assert_snapshot!("invitation_centre", read(&centre));
    let reseau = invitation(&lea(), &an_invitation("Anne Petit", None));
    assert!(reseau.texte().contains("le rôle : Conseiller.\n"));
}

#[test]
fn a_reset_is_read() {
    let message = reinitialisation(
        &lea(),
        &Reinitialisation {
            reseau: RESEAU,
            lien: "https://mallette.example/mot-de-passe/abc",
            expire: when(),
        },
    );
    insta::assert_snapshot!("reinitialisation", read(&message));
}

#[test]
fn changes_of_an_account_are_read() {
    let aide = "https://mallette.example/compte/securite";
    let message = changement_de_mot_de_passe(&lea(), RESEAU, when(), aide);
    insta::assert_snapshot!("mot_de_passe", read(&message));
    let mut all = String::new();
    for facteur in [Facteur::Application, Facteur::CodesDeSecours, Facteur::PhraseDeSecours] {
        for changement in [ChangementDeFacteur::Ajoute, ChangementDeFacteur::Retire] {
            let message =
                changement_de_second_facteur(&lea(), RESEAU, facteur, changement, when(), aide);
            all.push_str(&read(&message));
            all.push_str("\n=====\n\n");
        }
    }
    insta::assert_snapshot!("second_facteur", all);
}

#[test]
fn alerts_are_read() {
    let done = connexion_inhabituelle(&lea(), &an_unusual_sign_in(true));
    insta::assert_snapshot!("connexion_reussie", read(&done));
    let tried = connexion_inhabituelle(&lea(), &an_unusual_sign_in(false));
    insta::assert_snapshot!("connexion_essais", read(&tried));
    let opened = bris_de_glace(
        &lea(),
        &BrisDeGlace {
            reseau: RESEAU,
            auteur: "Anne Petit",
            centre: "ML de la Vallée",
            quand: when(),
            jusqu_a: datetime(2019, 11, 4, 18, 5, 0, 0),
            lien: "https://mallette.example/traces/12",
        },
    );
    insta::assert_snapshot!("bris_de_glace", read(&opened));
}

fn a_digest<'a>(lignes: &'a [String], vues: u64) -> Resume<'a> {
    Resume {
        reseau: RESEAU,
        lignes,
        total: u64::try_from(lignes.len()).unwrap(),
        vues,
        lien: "https://mallette.example/alertes",
        preferences: "https://mallette.example/alertes/preferences",
        arret: "https://mallette.example/resume/arret/abc",
    }
}

#[test]
fn a_digest_is_read() {
    let lignes = [
        "ML de la Vallée : extraction du 20/09/2019, vieille de 45 jours".to_owned(),
        "ML de la Vallée : PAC-07, 34 nouvelles anomalies, pour 12 avant".to_owned(),
    ];
    let message = resume(&lea(), &a_digest(&lignes, 3));
    insta::assert_snapshot!("resume", read(&message));
    assert_eq!(message.arret(), Some("https://mallette.example/resume/arret/abc"));
    let one = resume(&lea(), &a_digest(&lignes[..1], 1));
    assert!(
        one.texte().contains("1 alerte à regarder, que vous n'avez pas encore vue sur la page")
    );
    assert!(one.texte().contains("1 autre alerte, déjà vue, tient encore."));
    let many: Vec<String> = (0..25).map(|rank| format!("ligne {rank}.")).collect();
    let message = resume(&lea(), &a_digest(&many, 0));
    assert!(message.texte().contains("- ligne 19.\n- et 5 autres lignes, sur la page"));
    assert!(!message.texte().contains("ligne 20.") && !message.texte().contains("tient"));
}

/// Mails are in good French, for persons who are not on first-name terms.
#[test]
fn nobody_is_addressed_as_a_friend() {
    let messages = [
        invitation(&lea(), &an_invitation("Anne Petit", None)),
        connexion_inhabituelle(&lea(), &an_unusual_sign_in(true)),
        changement_de_mot_de_passe(&lea(), RESEAU, when(), "https://mallette.example/"),
    ];
    for message in messages {
        let words: Vec<String> =
            message.texte().split(|c: char| !c.is_alphabetic()).map(str::to_lowercase).collect();
        for familiar in ["tu", "ton", "ta", "tes", "toi", "te"] {
            assert!(!words.iter().any(|word| word == familiar), "{familiar}: {}", message.texte());
        }
    }
}

#[test]
fn hostile_data_adds_neither_line_nor_header_nor_address() {
    let hostile =
        "Anne\r\nBcc: pirate@ailleurs.example\r\n\r\nCliquez : https://ailleurs.example/x";
    let message = invitation(&lea(), &an_invitation(hostile, Some(hostile)));
    let plain = invitation(&lea(), &an_invitation("Anne", Some("Annonay")));
    let lines = plain.texte().lines().count();
    assert_eq!(message.texte().lines().count(), lines, "{}", message.texte());
    let links: Vec<&str> = message.texte().lines().filter(|line| line.contains("://")).collect();
    assert_eq!(links, ["https://mallette.example/invitation/abc"]);
    let opened = bris_de_glace(
        &lea(),
        &BrisDeGlace {
            reseau: hostile,
            auteur: hostile,
            centre: hostile,
            quand: when(),
            jusqu_a: when(),
            lien: "https://mallette.example/traces/12",
        },
    );
    assert_eq!(opened.sujet().lines().count(), 1);
    assert!(!opened.sujet().contains("://"));
    let (told, plain) = ([hostile.to_owned()], ["Anne".to_owned()]);
    let digest = resume(&lea(), &a_digest(&told, 0));
    let expected = resume(&lea(), &a_digest(&plain, 0));
    assert_eq!(digest.texte().lines().count(), expected.texte().lines().count());
    assert_eq!(digest.texte().matches("://").count(), 3, "our own three");
}
