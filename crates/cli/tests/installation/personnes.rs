//! `mallette personnes importer`: shown first, applied when asked, in the name of the administrator and of nobody else.

use std::fs;

use mallette_registry::{Registry, TraceFiltre, sqlite_url};

use super::essai::{Essai, LYON};

const LISTE: &str = "Adresse;Nom;Rôle;Centre\n\
                     zoe@reseau.example;Zoé Roux;Chargée de mission;\n\
                     dir@lyon.example;Denise Dir;Directrice;69382S00\n\
                     ref@lyon.example;Réf Érent;Référent;69382S00\n\
                     ana@reseau.example;Ana;Chef;\n";

async fn registry(essai: &Essai) -> Registry {
    Registry::open(&sqlite_url(&essai.path("donnees/mallette.db"))).await.unwrap()
}

/// An account, with the roles of an administrator and, if asked for, of a director.
async fn administrator(registry: &Registry, id: &str, centre: Option<&str>) {
    use mallette_domain::acces::{Habilitation, Role};
    let mut unite = registry.begin("2026-11-01T08:00:00Z".parse().unwrap()).await.unwrap();
    unite.create_personne(id, "Ada Admin", &format!("{id}@reseau.example")).await.unwrap();
    let role = |role, centre: Option<&str>| Habilitation {
        role,
        structure_id: centre.map(str::to_owned),
        conseiller_id: None,
        debut: None,
        fin: None,
    };
    unite.give_habilitation(id, &role(Role::Administrateur, None), id).await.unwrap();
    if centre.is_some() {
        unite.give_habilitation(id, &role(Role::Directeur, centre), id).await.unwrap();
    }
    unite.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_shown_then_applied_in_the_name_of_the_administrator() {
    let essai = Essai::new();
    let donnees = essai.text("donnees");
    essai.done(&["initialiser", "--donnees", &donnees, "--nom", "Ada", "--courriel", "a@ml.fr"]);
    fs::write(essai.path("équipe.csv"), LISTE).unwrap();
    let liste = essai.text("équipe.csv");
    let asked = ["personnes", "importer", &liste, "--donnees", &donnees];
    let told = essai.refused(&asked, 1);
    assert!(told.contains("Personne n'administre"), "{told}");
    let store = registry(&essai).await;
    administrator(&store, "ada", None).await;

    let (shown, told) = essai.done(&asked);
    assert!(told.contains("Rien n'est encore fait"), "{told}");
    let line = |address: &str| {
        let found = shown.lines().find(|line| line.contains(address));
        found.unwrap_or_else(|| panic!("{address} in {shown}")).to_owned()
    };
    assert!(line("zoe@reseau.example").ends_with("invitation"), "{shown}");
    assert!(line("dir@lyon.example").ends_with("invitation"), "the first director: {shown}");
    assert!(line("ref@lyon.example").contains("REFUSÉE"), "names are the centre's: {shown}");
    assert!(line("ana@reseau.example").contains("« Chef »"), "{shown}");
    let waiting = async || {
        let all = store.jetons(mallette_registry::GenreJeton::Invitation).await.unwrap();
        all.len()
    };
    let before = waiting().await;

    let apply = [&asked[..], &["--appliquer", "--adresse-publique", "https://m.fr"]].concat();
    let (links, told) = essai.done(&apply);
    assert!(told.contains("2 invitations"), "{told}");
    let lines: Vec<&str> = links.lines().collect();
    assert_eq!(lines.len(), 3, "{links}");
    assert!(links.contains("dir@lyon.example") && links.contains("https://m.fr/invitation/"));
    assert_eq!(waiting().await, before + 2);
    // The same file again changes nothing.
    let (nothing, told) = essai.done(&apply);
    assert!(nothing.is_empty() && told.contains("Rien à faire"), "{nothing} {told}");
    assert_eq!(waiting().await, before + 2);
    // The trace says in whose name, and that it was at the terminal; no name, no address.
    let filtre = TraceFiltre { acte: Some("fichier_comptes".to_owned()), ..TraceFiltre::default() };
    let traced = store.trace_page(&filtre, None, 10).await.unwrap().entrees;
    assert_eq!((traced.len(), traced[0].personne_id.as_deref()), (1, Some("ada")));
    assert_eq!(traced[0].detail["objet"], "fichier lu au terminal");
    assert!(!traced[0].detail.to_string().contains("dir@"), "{}", traced[0].detail);

    // Who also directs a centre gives nothing of it here; of two administrators, one is named.
    administrator(&store, "bob", Some(LYON)).await;
    let told = essai.refused(&asked, 1);
    assert!(told.contains("Plusieurs personnes"), "{told}");
    let named = [&asked[..], &["--administrateur", "Bob@reseau.example"]].concat();
    let (shown, _) = essai.done(&named);
    let found = shown.lines().find(|line| line.contains("ref@lyon.example")).unwrap();
    assert!(found.contains("REFUSÉE"), "{shown}");
    let nobody = [&asked[..], &["--administrateur", "zoe@reseau.example"]].concat();
    assert!(essai.refused(&nobody, 1).contains("Personne n'administre"));
    store.close().await;
    fs::write(essai.path("grand.csv"), vec![b'a'; (5 << 20) + 1]).unwrap();
    let big = essai.text("grand.csv");
    let told = essai.refused(&["personnes", "importer", &big, "--donnees", &donnees], 2);
    assert!(told.contains("5 Mio"), "{told}");
}
