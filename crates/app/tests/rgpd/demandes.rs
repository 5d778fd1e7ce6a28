//! Access and rectification: everything is given, nothing is named where it may not be.

use jiff::civil::date;
use mallette_app::rgpd::demandes::{Correction, Saisie, Suite};
use mallette_registry::{EtatDemande, GenreDemande, NouvelleDemande};

use crate::banc::{Banc, LYON, directeur, noon};

fn extrait(nom: &str, naissance: &str) -> String {
    format!(
        "structure_id;dossier_id;nom;prenom;date_naissance\n\
         {LYON};9988776655;{nom};Zéphyrine;{naissance}\n\
         {LYON};1000000001;VOISINE;Awa;2004-01-01\n\
         {LYON};9988776655;{nom};Zéphyrine;31/02/2003\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_held_is_given_and_the_reading_is_traced() {
    let banc = Banc::new(noon).await;
    let parcours = format!(
        "structure_id;parcours_id;dossier_id;dispositif;date_entree;num_cerfa\n\
         {LYON};P1;9988776655;PACEA;2020-02-01;CERFA-1\n{LYON};P2;1000000001;PACEA;2020-02-01;CERFA-2\n"
    );
    for day in [1, 2] {
        let dossiers = extrait("KANARI", "2003-05-06");
        let files = [("dossiers.csv", dossiers.as_str()), ("parcours.csv", parcours.as_str())];
        banc.import(date(2026, 11, day), &files).await.unwrap();
    }
    let dossier = banc.dossier(LYON, "998877").await;
    assert_eq!(banc.dossier(LYON, &dossier).await, dossier, "by pseudonym");
    let dir = directeur(LYON);
    let releve = banc.comptes.releve(&dir, LYON, &dossier, false).await.unwrap();
    assert_eq!(releve.jeune.identite.as_ref().unwrap().nom.as_deref(), Some("KANARI"));
    let tables: Vec<_> = releve.tables.iter().map(|rows| (rows.table, rows.lignes.len())).collect();
    assert_eq!(tables, [("dossiers", 1), ("parcours", 1)]);
    let parcours = &releve.tables[1];
    let at = |name: &str| parcours.colonnes.iter().position(|column| *column == name).unwrap();
    let cell = |name: &str| parcours.lignes[0][at(name)].as_deref();
    assert_eq!(
        (cell("num_cerfa"), cell("date_entree"), cell("date_fin"), cell("dossier_id")),
        (Some("CERFA-1"), Some("2020-02-01"), None, Some(dossier.as_str()))
    );
    assert_eq!((releve.identites.len(), releve.apports.len()), (2, 2));
    assert_eq!(releve.refusees.len(), 2, "the refused line of each import");
    assert!(releve.apports[0].fichiers.contains(&"dossiers.csv".to_owned()));
    // Traced before it is given: this very reading is in it.
    assert_eq!(releve.actes[0].acte, "releve");
    assert!(!format!("{releve:?}").contains("VOISINE"));
    assert!(banc.comptes.releve(&dir, LYON, "0000000000000000", false).await.is_err());
    banc.check_versions().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_seen_to_come_and_no_name_is_in_the_registry() {
    let banc = Banc::new(noon).await;
    let import = async |day, nom: &str, naissance: &str| {
        let text = extrait(nom, naissance);
        banc.import(date(2026, 11, day), &[("dossiers.csv", text.as_str())]).await.unwrap();
    };
    import(1, "KANARIFAUX", "2003-05-06").await;
    let dossier = banc.dossier(LYON, "kanarifaux").await;
    let dir = directeur(LYON);
    let saisie = |colonne: &str, apres: &str, objet: &str| Saisie {
        demande: NouvelleDemande {
            structure_id: LYON.to_owned(),
            dossier_id: dossier.clone(),
            genre: GenreDemande::Rectification,
            recue_le: date(2026, 11, 20),
            objet: objet.to_owned(),
        },
        correction: Some(Correction {
            table: "dossiers".to_owned(),
            ligne: dossier.clone(),
            colonne: colonne.to_owned(),
            avant: String::new(),
            apres: apres.to_owned(),
        }),
    };
    let comptes = &banc.comptes;
    let named = saisie("nom", "x", "Mme KANARIFAUX a écrit");
    assert!(comptes.record_demande(&dir, named).await.unwrap_err().0.contains("ne nomme personne"));
    assert!(comptes.record_demande(&dir, saisie("inconnue", "x", "")).await.is_err());
    comptes.record_demande(&dir, saisie("nom", "KANARIVRAI", "")).await.unwrap();
    comptes.record_demande(&dir, saisie("date_naissance", "2003-06-05", "")).await.unwrap();
    let states = async || {
        let seen = comptes.demandes(&dir, LYON).await.unwrap();
        seen.into_iter().map(|vue| vue.correction.unwrap().1).collect::<Vec<_>>()
    };
    assert_eq!(states().await, [Suite::Inchangee, Suite::Inchangee]);
    import(2, "KANARIVRAI", "2003-06-06").await;
    assert_eq!(states().await, [Suite::Autre("2003-06-06".to_owned()), Suite::Corrigee]);
    import(3, "KANARIVRAI", "2003-06-05").await;
    assert_eq!(states().await, [Suite::Corrigee, Suite::Corrigee]);
    let rang = comptes.demandes(&dir, LYON).await.unwrap()[0].demande.rang;
    let answer = |text| (rang, EtatDemande::Satisfaite, text);
    assert!(comptes.close_demande(&dir, LYON, answer("écrit à KANARIVRAI")).await.is_err());
    comptes.close_demande(&dir, LYON, answer("corrigé, lettre envoyée")).await.unwrap();
    assert_eq!(comptes.demandes(&dir, LYON).await.unwrap()[0].jours, None);
    assert_eq!(comptes.demandes(&dir, LYON).await.unwrap()[1].jours, Some(25));
    // The base is a file as it is: the canaries are in the vaults only.
    for canari in ["KANARIVRAI", "KANARIFAUX"] {
        assert!(banc.places(canari).iter().all(|place| !place.contains("mallette.db")));
    }
}
