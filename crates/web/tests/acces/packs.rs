//! Packs, by the pages: a key is trusted, what a pack would change is shown, its conflicts are settled one by one,
//! it comes in whole or not at all, it goes; what is wrong with one is told.

use std::collections::BTreeMap;
use std::fs;

use axum::body::Body;
use axum::http::StatusCode;
use mallette_catalogue::pack::{CleSecrete, Manifeste, Pack, Version};
use mallette_testkit::postgres::Base;

use crate::commun::LYON;
use crate::comptes::{between, encode};
use crate::html;
use crate::reseau::{Reponse, Reseau};

crate::on_both!(
    a_pack_is_shown_settled_and_put_in_place_then_goes,
    what_is_no_pack_to_be_taken_is_told,
    what_was_shown_is_what_is_confirmed,
    a_pack_is_made_of_the_networks_own_files,
    what_was_written_in_the_pages_is_given_under_another_code,
);

const PACKS: &str = "/administration/packs";

fn regle(code: &str, titre: &str) -> String {
    let text = include_str!("../../../../catalogue/regles/PAC-07.toml").replacen("PAC-07", code, 1);
    let lines = text.lines().map(|line| match line.starts_with("titre = ") {
        true => format!("titre = \"{titre}\"\n"),
        false => format!("{line}\n"),
    });
    lines.collect()
}

fn cle() -> CleSecrete {
    CleSecrete::from_random(&[7; 32])
}

fn pack(version: &str, rules: &[(&str, &str)]) -> Vec<u8> {
    let manifeste = Manifeste {
        code: "insertion".to_owned(),
        titre: "Insertion & co".to_owned(),
        description: None,
        version: version.parse().unwrap(),
        le: "2026-11-20".parse().unwrap(),
        auteur: "Réseau voisin".to_owned(),
        programme: Version::new(0, 1, 0),
        dependances: Vec::new(),
        lectures: Vec::new(),
    };
    let rules =
        rules.iter().map(|(code, titre)| (format!("regles/{code}.toml"), regle(code, titre)));
    Pack::sign(manifeste, &rules.collect::<BTreeMap<_, _>>(), &cle()).unwrap()
}

/// Sends parts as a browser does: name of the field, of the file, content.
async fn send(reseau: &Reseau, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Reponse {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--B--\r\n");
    let mut request = reseau.request("POST", Some("admin"), path, "");
    let kind = "multipart/form-data; boundary=B".parse().unwrap();
    request.headers_mut().insert("content-type", kind);
    *request.body_mut() = Body::from(body);
    reseau.send(request).await
}

async fn receive(reseau: &Reseau, bytes: &[u8]) -> Reponse {
    send(reseau, PACKS, &[("fichier", Some("insertion.mallette"), bytes)]).await
}

/// Drops a pack; where what it would change is shown.
async fn received(reseau: &Reseau, bytes: &[u8]) -> String {
    let answer = receive(reseau, bytes).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").to_owned()
}

/// A page without a fault.
async fn page(reseau: &Reseau, path: &str) -> String {
    let answer = reseau.get(Some("admin"), path).await;
    let text = answer.text();
    assert_eq!(answer.status, StatusCode::OK, "{text}");
    assert_eq!(html::faults(&text), Vec::<String>::new());
    text
}

async fn trust(reseau: &Reseau) {
    let form = format!("nom=R%C3%A9seau+voisin&cle={}", encode(&cle().public().to_string()));
    let answer = reseau.post(Some("admin"), &format!("{PACKS}/signataires"), &form).await;
    assert_eq!(answer.header("location"), format!("{PACKS}?fait=signataire"), "{}", answer.text());
}

async fn confirm(reseau: &Reseau, path: &str, shown: &str, choix: &[(&str, &str)]) -> Reponse {
    let mut form = format!("empreinte={}", between(shown, "name=\"empreinte\" value=\"", "\""));
    for (chemin, choix) in choix {
        form.push_str(&format!("&{}={choix}", encode(&format!("choix:{chemin}"))));
    }
    reseau.post(Some("admin"), path, &form).await
}

fn own(reseau: &Reseau, code: &str) -> Option<String> {
    fs::read_to_string(reseau.dir().join(format!("catalogue/regles/{code}.toml"))).ok()
}

async fn a_pack_is_shown_settled_and_put_in_place_then_goes(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let regles = reseau.dir().join("catalogue/regles");
    fs::create_dir_all(&regles).unwrap();
    let (mine, other) = (regle("ESS-01", "La mienne"), regle("ESS-02", "La mienne aussi"));
    fs::write(regles.join("ESS-01.toml"), &mine).unwrap();
    fs::write(regles.join("ESS-02.toml"), &other).unwrap();
    let rules = [("ESS-01", "Du pack"), ("ESS-02", "Du pack aussi"), ("ESS-03", "Neuve")];
    let bytes = pack("1.0.0", &rules);

    // A key that nobody trusts: its fingerprint, and nothing to confirm.
    let path = received(&reseau, &bytes).await;
    let shown = page(&reseau, &path).await;
    assert!(
        shown.contains(&cle().public().fingerprint()) && !shown.contains("Mettre en place"),
        "{shown}"
    );
    trust(&reseau).await;
    let shown = page(&reseau, &path).await;
    for text in
        ["La mienne", "Du pack aussi", "Nouveau", "Réseau voisin", "Insertion &#38; co", "passage"]
    {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert!(page(&reseau, PACKS).await.contains("Aucun pack."));

    // A conflict left open: nothing is written, what was chosen stays chosen.
    let first = [("regles/ESS-01.toml", "garder")];
    let answer = confirm(&reseau, &path, &shown, &first).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text();
    assert!(
        text.contains("Il reste à choisir") && text.contains("ESS-02") && text.contains(" checked"),
        "{text}"
    );
    assert_eq!((own(&reseau, "ESS-01"), own(&reseau, "ESS-03")), (Some(mine.clone()), None));

    let both = [("regles/ESS-01.toml", "garder"), ("regles/ESS-02.toml", "prendre")];
    let answer = confirm(&reseau, &path, &shown, &both).await;
    assert_eq!(answer.header("location"), format!("{PACKS}?fait=importe"), "{}", answer.text());
    assert_eq!(own(&reseau, "ESS-01"), Some(mine.clone()));
    assert_eq!(own(&reseau, "ESS-02"), Some(regle("ESS-02", "Du pack aussi")));
    assert_eq!(own(&reseau, "ESS-03"), Some(regle("ESS-03", "Neuve")));
    let list = page(&reseau, PACKS).await;
    assert!(
        list.contains("dont 1 où le réseau garde le sien") && list.contains("Mise en place"),
        "{list}"
    );
    let state = page(&reseau, "/administration/catalogue").await;
    assert!(state.contains("ont changé depuis le démarrage"), "{state}");
    let trace = reseau.get(Some("auditeur"), "/trace").await.text();
    assert!(
        trace.contains("Pack mis en place") && trace.contains("Signataire de packs accepté"),
        "{trace}"
    );
    assert_eq!(reseau.get(Some("admin"), &path).await.status, StatusCode::CONFLICT, "forgotten");

    // Older, then gone: what the network kept stays.
    let path = received(&reseau, &pack("0.9.0", &rules)).await;
    let shown = page(&reseau, &path).await;
    assert!(shown.contains("plus ancien (0.9.0)") && shown.contains("revenir=oui"), "{shown}");
    let back = page(&reseau, &format!("{path}?revenir=oui")).await;
    assert!(back.contains("Mettre en place") && back.contains("name=\"revenir\""), "{back}");
    let gone = reseau.post(Some("admin"), &format!("{PACKS}/retrait"), "quoi=insertion").await;
    assert_eq!(gone.header("location"), format!("{PACKS}?fait=retire"), "{}", gone.text());
    assert_eq!(
        (own(&reseau, "ESS-01"), own(&reseau, "ESS-02"), own(&reseau, "ESS-03")),
        (Some(mine), None, None)
    );
    let form = format!("quoi={}", cle().public().fingerprint());
    let gone = reseau.post(Some("admin"), &format!("{PACKS}/signataires/retrait"), &form).await;
    assert_eq!(gone.header("location"), format!("{PACKS}?fait=signataire_retire"));
    assert!(page(&reseau, PACKS).await.contains("Aucun : aucun pack"), "no signatory");
    let trace = reseau.get(Some("auditeur"), "/trace").await.text();
    assert!(
        trace.contains("Pack retiré") && trace.contains("Signataire de packs retiré"),
        "{trace}"
    );
}

async fn what_is_no_pack_to_be_taken_is_told(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    trust(&reseau).await;
    let good = pack("1.0.0", &[("ESS-01", "Une")]);
    let mut changed = good.clone();
    let place = changed.len() - 40;
    changed[place] ^= 1;
    for (bytes, words) in [
        (changed.as_slice(), "La signature de ce pack n&#39;est pas bonne"),
        (&good[..60], "est pas un pack de Mallette"),
        (b"PK\x03\x04".as_slice(), "est pas un pack de Mallette"),
        (b"".as_slice(), "est pas un pack de Mallette"),
    ] {
        let answer = receive(&reseau, bytes).await;
        let text = answer.text();
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        assert!(text.contains(words), "{words}: {text}");
        assert_eq!(html::faults(&text), Vec::<String>::new());
    }
    let none = send(&reseau, PACKS, &[("fichier", Some(""), b"")]).await;
    assert!(none.text().contains("Aucun fichier"), "{}", none.text());
    let huge = receive(&reseau, &vec![b'x'; 5 << 20]).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    for (form, words) in [
        ("nom=A&cle=ssh-ed25519+AAAA", "ne se lit pas"),
        ("nom=&cle=x", "ne se lit pas"),
        ("nom=A", "ne se lit pas"),
    ] {
        let answer = reseau.post(Some("admin"), &format!("{PACKS}/signataires"), form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(words), "{form}");
    }
    let form = format!("nom=Autre&cle={}", encode(&cle().public().to_string()));
    let twice = reseau.post(Some("admin"), &format!("{PACKS}/signataires"), &form).await;
    assert!(twice.text().contains("déjà celle de"), "{}", twice.text());
    assert!(!reseau.dir().join("catalogue/regles").exists(), "nothing came in");
    // Of somebody else, or of nobody.
    let path = received(&reseau, &good).await;
    assert_eq!(reseau.get(Some("directeur"), &path).await.status, StatusCode::FORBIDDEN);
}

async fn what_was_shown_is_what_is_confirmed(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    trust(&reseau).await;
    let path = received(&reseau, &pack("1.0.0", &[("ESS-01", "Une")])).await;
    let shown = page(&reseau, &path).await;
    // The network's own catalogue changes between the preview and the confirmation.
    let regles = reseau.dir().join("catalogue/regles");
    fs::create_dir_all(&regles).unwrap();
    fs::write(regles.join("ESS-09.toml"), regle("ESS-09", "Entre-temps")).unwrap();
    let answer = confirm(&reseau, &path, &shown, &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("plus celui qui a été montré"), "{}", answer.text());
    // Another pack in its place: the page of the first does not confirm it.
    let shown = page(&reseau, &path).await;
    let other = received(&reseau, &pack("1.0.1", &[("ESS-01", "Autre")])).await;
    let answer = confirm(&reseau, &other, &shown, &[]).await;
    assert!(answer.text().contains("plus celui qui a été montré"), "{}", answer.text());
    assert_eq!(own(&reseau, "ESS-01"), None);
    let forgotten = reseau.post(Some("admin"), &format!("{other}/oubli"), "").await;
    assert_eq!(forgotten.header("location"), format!("{PACKS}?fait=oubli"));
    // A file that the program would not start with is refused as a whole.
    let wrong = regle("ESS-01", "Une").replacen("vue = \"passage\"", "vue = \"ailleurs\"", 1);
    let manifeste = Pack::read(&pack("1.0.0", &[("ESS-01", "Une")])).unwrap().manifeste;
    let files = BTreeMap::from([
        ("regles/ESS-01.toml".to_owned(), wrong),
        ("regles/ESS-02.toml".to_owned(), regle("ESS-02", "Bonne")),
    ]);
    let path = received(&reseau, &Pack::sign(manifeste, &files, &cle()).unwrap()).await;
    let shown = page(&reseau, &path).await;
    let text = confirm(&reseau, &path, &shown, &[]).await.text();
    assert!(text.contains("ESS-01.toml") && text.contains("ailleurs"), "{text}");
    assert_eq!((own(&reseau, "ESS-01"), own(&reseau, "ESS-02")), (None, None));
}

async fn a_pack_is_made_of_the_networks_own_files(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let regles = reseau.dir().join("catalogue/regles");
    fs::create_dir_all(&regles).unwrap();
    fs::write(regles.join("ESS-01.toml"), regle("ESS-01", "À donner")).unwrap();
    let path = format!("{PACKS}/export");
    let form = page(&reseau, &path).await;
    assert!(form.contains("regles/ESS-01.toml") && !form.contains("PAC-07.toml"), "{form}");
    let cle = cle().text();
    let parts = |fichier: &'static str, version: &'static str| {
        vec![
            ("fichier", None, fichier.as_bytes()),
            ("code", None, b"voisins".as_slice()),
            ("titre", None, "Pour les voisins".as_bytes()),
            ("version", None, version.as_bytes()),
            ("auteur", None, b"Nous".as_slice()),
            ("description", None, b"".as_slice()),
            ("dependances", None, b"".as_slice()),
        ]
    };
    let mut good = parts("regles/ESS-01.toml", "2.0.0");
    good.push(("cle", Some("reseau.cle"), cle.as_bytes()));
    let answer = send(&reseau, &path, &good).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(answer.header("content-disposition").contains("voisins-2.0.0.mallette"));
    let read = Pack::read(&answer.bytes).unwrap();
    assert_eq!(read.manifeste.titre, "Pour les voisins");
    assert_eq!(read.fichiers["regles/ESS-01.toml"], regle("ESS-01", "À donner"));
    assert_eq!(read.manifeste.le.to_string(), "2026-11-25");
    for (fichier, version, key, words) in [
        ("regles/PAC-07.toml", "2.0.0", cle.as_str(), "pas dans le catalogue du réseau"),
        ("regles/ESS-01.toml", "deux", cle.as_str(), "pas une version"),
        ("regles/ESS-01.toml", "2.0.0", "n'importe quoi", "pas une clé de signature"),
    ] {
        let mut parts = parts(fichier, version);
        parts.push(("cle", Some("reseau.cle"), key.as_bytes()));
        let answer = send(&reseau, &path, &parts).await;
        let text = answer.text();
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        assert!(text.contains(words) && text.contains("Pour les voisins"), "{words}: {text}");
        assert!(!text.contains("mallette-cle-de-signature"), "the secret is not repeated");
    }
}

/// Publishes a rule as its pages do: one for the network, or one of a centre.
async fn publish(reseau: &Reseau, titre: &str, centre: Option<&str>) -> String {
    let registry = reseau.registry().await;
    let ids = ["referent", "directeur"].map(|qui| reseau.ids[qui].clone());
    let mut unite = registry.begin(reseau.comptes.now()).await.unwrap();
    let code = unite.create_regle(centre, "{}", &ids[0]).await.unwrap();
    unite.review_regle((&code, 1, 1), &ids[1]).await.unwrap();
    let scope = centre.map(|centre| format!("centre = \"{centre}\"\n")).unwrap_or_default();
    let text = format!("{scope}du = \"2026-01-01\"\n{}", regle(&code, titre));
    unite.publish_regle((&code, 1, 1), &text, &ids[0]).await.unwrap();
    unite.commit().await.unwrap();
    code
}

async fn what_was_written_in_the_pages_is_given_under_another_code(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = format!("{PACKS}/export");
    assert!(page(&reseau, &path).await.contains("ni règle ou indicateur publié"));
    let ici = publish(&reseau, "Du réseau", None).await;
    let of_centre = publish(&reseau, "D'un centre", Some(LYON)).await;
    let form = page(&reseau, &path).await;
    assert!(form.contains(&format!("name=\"redigee:{ici}\"")) && form.contains("Du réseau"));
    assert!(!form.contains(&of_centre) && !form.contains("D'un centre"), "{form}");
    let cle = cle().text();
    let asked = async |code: &str, given: &str| {
        let field = format!("redigee:{code}");
        let parts: Vec<(&str, Option<&str>, &[u8])> = vec![
            (&field, None, given.as_bytes()),
            ("code", None, b"nos-regles"),
            ("titre", None, "Nos règles".as_bytes()),
            ("version", None, b"1.0.0"),
            ("auteur", None, b"Nous"),
            ("cle", Some("reseau.cle"), cle.as_bytes()),
        ];
        send(&reseau, &path, &parts).await
    };
    for (code, given, words) in [
        (ici.as_str(), "", "Choisir ce que le pack contient"),
        (&ici, "LOC-7", "ne peut pas être le code"),
        (&ici, "../etc", "ne peut pas être le code"),
        (&ici, "PAC-07", "est déjà pris"),
        (&of_centre, "INS-02", "pour tout le réseau"),
        ("LOC-99", "INS-02", "pour tout le réseau"),
    ] {
        let refused = asked(code, given).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{code} {given}");
        assert!(refused.text().contains(words), "{code} {given}: {}", refused.text());
    }
    let answer = asked(&ici, " INS-01 ").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let text = &Pack::read(&answer.bytes).unwrap().fichiers["regles/INS-01.toml"];
    for (part, there) in
        [("\"INS-01\"", true), ("Du réseau", true), (&ici, false), ("\ndu = ", false)]
    {
        assert_eq!(text.contains(part), there, "{part}: {text}");
    }
    // Another network takes it as any other file.
    let other = Reseau::peuple(None).await;
    trust(&other).await;
    let path = received(&other, &answer.bytes).await;
    let shown = page(&other, &path).await;
    assert_eq!(confirm(&other, &path, &shown, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(own(&other, "INS-01").is_some());
}
