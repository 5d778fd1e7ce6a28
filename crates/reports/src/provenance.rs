//! The provenance of a workbook as sheets: facts, definitions, extracts, files.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use mallette_domain::provenance::{Fait, Provenance, Valeur};

use crate::bloc::{Bloc, Cellule};

/// The sheets « Provenance », « Définitions » (when there are some), « Extractions » and
/// « Fichiers » of a workbook.
#[must_use]
pub fn sheets(provenance: &Provenance) -> Vec<Bloc> {
    let mut blocs = vec![facts(provenance)];
    if !provenance.definitions.is_empty() {
        blocs.push(definitions(provenance));
    }
    blocs.extend([extracts(provenance), files(provenance)]);
    blocs
}

impl From<&Valeur> for Cellule {
    fn from(valeur: &Valeur) -> Self {
        match valeur {
            Valeur::Texte(text) => Self::Texte(text.clone()),
            Valeur::Nombre(number) => Self::Entier(*number),
            Valeur::Jour(day) => Self::Jour(*day),
        }
    }
}

/// An instant by the clock of Paris; by that of UTC where the machine has no time zones.
#[must_use]
pub fn paris(timestamp: Timestamp) -> DateTime {
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC).to_datetime(timestamp)
}

/// How that clock is named in a header.
fn clock() -> &'static str {
    if TimeZone::get("Europe/Paris").is_ok() { "heure de Paris" } else { "temps universel" }
}

/// What the file holds, by which program and when, over which period, with which filters.
fn facts(provenance: &Provenance) -> Bloc {
    let mut bloc = Bloc::new("Provenance", &["Quoi", "Valeur"]);
    let mut add = |quoi: &str, cell: Cellule| bloc.lignes.push(vec![quoi.into(), cell]);
    add("Contenu", provenance.objet.as_str().into());
    add("Version de Mallette", provenance.mallette.as_str().into());
    if let Some(empreinte) = &provenance.empreinte {
        add("Empreinte des définitions", empreinte.as_str().into());
    }
    add(&format!("Écrit le ({})", clock()), Cellule::Instant(paris(provenance.ecrit_le)));
    if let Some(periode) = provenance.periode {
        add("Premier jour de la période", Cellule::Jour(periode.debut));
        add("Dernier jour de la période", Cellule::Jour(periode.fin));
    }
    for Fait { quoi, valeur } in &provenance.filtres {
        add(&format!("Filtre\u{a0}: {quoi}"), valeur.into());
    }
    for Fait { quoi, valeur } in &provenance.faits {
        add(quoi, valeur.into());
    }
    let received = provenance.extraits.iter().filter(|extrait| extrait.version.is_some());
    let days = received.clone().filter_map(|extrait| extrait.version.as_ref());
    let days = days.map(|version| version.date_extraction);
    add("Centres reçus", count(received.count()));
    add("Centres du périmètre", count(provenance.extraits.len()));
    if let (Some(first), Some(last)) = (days.clone().min(), days.max()) {
        add("Extraction la plus ancienne", Cellule::Jour(first));
        add("Extraction la plus récente", Cellule::Jour(last));
    }
    for exclusion in provenance.left_out() {
        add("Exclusion", exclusion.into());
    }
    let signs = "0\u{a0}: zéro constaté\u{a0}; s\u{a0}: secret\u{a0}; nc\u{a0}: non calculable\u{a0}; \
                 …\u{a0}: extraction ou table non reçue";
    add("Signes", signs.into());
    bloc
}

/// One line per fact of each definition: sentence, exact expressions, parameters, source.
fn definitions(provenance: &Provenance) -> Bloc {
    let mut bloc = Bloc::new("Définitions", &["Code", "Titre", "Quoi", "Valeur"]);
    for definition in &provenance.definitions {
        let mut add = |quoi: &str, cell: Cellule| {
            let (code, titre) = (definition.code.as_str(), definition.titre.as_str());
            bloc.lignes.push(vec![code.into(), titre.into(), quoi.into(), cell]);
        };
        for Fait { quoi, valeur } in &definition.faits {
            add(quoi, valeur.into());
        }
        add("Empreinte de la définition", definition.empreinte.as_str().into());
    }
    bloc
}

/// The extract of each centre, or that it was not received.
fn extracts(provenance: &Provenance) -> Bloc {
    let entetes = [
        "Code",
        "Centre",
        "Extraction du",
        "Importée le",
        "Lignes",
        "Version",
        "Imports",
        "Tables non reçues",
        "Objets orphelins exclus",
    ];
    let mut bloc = Bloc::new("Extractions", &entetes);
    for extrait in &provenance.extraits {
        let mut ligne = vec![extrait.structure_id.as_str().into(), extrait.nom.as_str().into()];
        match &extrait.version {
            Some(version) => ligne.extend([
                Cellule::Jour(version.date_extraction),
                Cellule::Instant(paris(version.importe_le)),
                whole(version.lignes),
                version.id.as_str().into(),
                version.imports.join(", ").into(),
                version.manquantes.join(", ").into(),
                version.orphelins.map_or(Cellule::Vide, whole),
            ]),
            None => {
                ligne.push("non reçue (…)".into());
                ligne.extend(std::iter::repeat_n(Cellule::Vide, 6));
            }
        }
        bloc.lignes.push(ligne);
    }
    bloc
}

/// The files behind the extracts, with what became of their lines.
fn files(provenance: &Provenance) -> Bloc {
    let entetes = [
        "Import",
        "Importé le",
        "Fichier",
        "Feuille",
        "Table",
        "Empreinte",
        "Lignes lues",
        "Acceptées",
        "Rejetées",
        "Doublons identiques",
    ];
    let mut bloc = Bloc::new("Fichiers", &entetes);
    bloc.lignes.extend(provenance.fichiers.iter().map(|fichier| {
        vec![
            fichier.import_id.as_str().into(),
            Cellule::Instant(paris(fichier.importe_le)),
            fichier.nom.as_str().into(),
            fichier.feuille.clone().into(),
            fichier.table.clone().into(),
            fichier.empreinte.as_str().into(),
            whole(fichier.lues),
            whole(fichier.acceptees),
            whole(fichier.rejetees),
            whole(fichier.doublons),
        ]
    }));
    bloc
}

fn whole(number: u64) -> Cellule {
    Cellule::Entier(i64::try_from(number).unwrap_or(i64::MAX))
}

fn count(number: usize) -> Cellule {
    Cellule::Entier(i64::try_from(number).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use mallette_domain::provenance::{Definition, Extrait, Fichier, VersionUtilisee};

    fn sample() -> Provenance {
        let at: Timestamp = "2019-11-05T08:30:00Z".parse().unwrap();
        Provenance {
            objet: "Essai".to_owned(),
            mallette: "9.9.9".to_owned(),
            ecrit_le: at,
            periode: "2019".parse().ok(),
            filtres: vec![Fait::new("conseiller", "C1")],
            faits: vec![Fait { quoi: "Lignes".to_owned(), valeur: Valeur::Nombre(12) }],
            exclusions: vec!["Les orphelins.".to_owned()],
            absents: Vec::new(),
            definitions: vec![Definition {
                code: "X-1".to_owned(),
                titre: "Titre".to_owned(),
                faits: vec![Fait { quoi: "Paramètre".to_owned(), valeur: Valeur::Nombre(30) }],
                empreinte: "abcd".to_owned(),
            }],
            empreinte: Some("ef01".to_owned()),
            extraits: vec![
                Extrait {
                    structure_id: "A".to_owned(),
                    nom: "ML A".to_owned(),
                    version: Some(VersionUtilisee {
                        id: "v1".to_owned(),
                        date_extraction: date(2019, 11, 4),
                        importe_le: at,
                        lignes: 99,
                        imports: vec!["i0".to_owned(), "i1".to_owned()],
                        manquantes: vec!["propositions".to_owned()],
                        orphelins: Some(2),
                    }),
                },
                Extrait { structure_id: "B".to_owned(), nom: "ML B".to_owned(), version: None },
            ],
            fichiers: vec![Fichier {
                import_id: "i1".to_owned(),
                importe_le: at,
                nom: "dossiers.csv".to_owned(),
                feuille: None,
                table: Some("dossiers".to_owned()),
                empreinte: "0123".to_owned(),
                lues: 10,
                acceptees: 7,
                rejetees: 2,
                doublons: 1,
            }],
        }
    }

    #[test]
    fn every_fact_has_its_line_and_days_are_days() {
        let blocs = sheets(&sample());
        let titles: Vec<&str> = blocs.iter().map(|bloc| bloc.titre.as_str()).collect();
        assert_eq!(titles, ["Provenance", "Définitions", "Extractions", "Fichiers"]);
        for bloc in &blocs {
            for ligne in &bloc.lignes {
                assert_eq!(ligne.len(), bloc.entetes.len(), "{} {ligne:?}", bloc.titre);
            }
        }
        let value = |quoi: &str| {
            let found = blocs[0].lignes.iter().find(|ligne| ligne[0] == quoi.into());
            found.unwrap_or_else(|| panic!("{quoi}"))[1].clone()
        };
        assert_eq!(value("Premier jour de la période"), Cellule::Jour(date(2019, 1, 1)));
        assert_eq!(value("Extraction la plus récente"), Cellule::Jour(date(2019, 11, 4)));
        assert_eq!(value("Filtre\u{a0}: conseiller"), "C1".into());
        assert_eq!(value("Empreinte des définitions"), "ef01".into());
        assert_eq!(value("Centres reçus"), Cellule::Entier(1));
        assert_eq!(value("Centres du périmètre"), Cellule::Entier(2));
        assert_eq!(blocs[1].lignes[0][3], Cellule::Entier(30));
        assert_eq!(blocs[1].lignes[1][3], "abcd".into());
        assert_eq!(blocs[2].lignes[0][6], "i0, i1".into());
        assert_eq!(blocs[2].lignes[0][7], "propositions".into());
        assert_eq!(blocs[2].lignes[1][2], "non reçue (…)".into());
        assert_eq!(blocs[3].lignes[0][5], "0123".into());
    }

    #[test]
    fn what_has_no_definition_has_no_sheet_for_it() {
        let mut provenance = sample();
        provenance.definitions.clear();
        assert!(sheets(&provenance).iter().all(|bloc| bloc.titre != "Définitions"));
    }
}
