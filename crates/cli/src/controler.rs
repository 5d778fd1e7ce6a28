//! `mallette controler`.

use std::collections::BTreeMap;

use mallette_app::atelier::Perimetre;
use mallette_app::port::Source;
use mallette_catalogue::{Catalogue, Gravite, Regle};
use mallette_domain::resultat::{Objet, ResultatRegle};
use mallette_engine::Recues;
use mallette_reports::bloc::Bloc;
use mallette_reports::classeur;
use serde_json::{Value, json};

use crate::arguments::{Format, OptionsControler};
use crate::sortie::{self, thousands};
use crate::{Usage, ouverture};

type Listes = BTreeMap<String, Vec<Objet>>;

pub(crate) async fn run(options: &OptionsControler) -> anyhow::Result<()> {
    let atelier = ouverture::open_with_data(&options.donnees).await?;
    let catalogue = atelier.catalogue();
    let code = options.regle.as_deref();
    if let Some(code) = code
        && content_of(&catalogue, code).is_none()
    {
        let known: Vec<&str> = catalogue.regles.iter().map(|regle| regle.code.as_str()).collect();
        let known = known.join(", ");
        return Err(Usage(format!("la règle « {code} » n'existe pas. Règles : {known}")).into());
    }
    let path = sortie::check_format(options.format, options.sortie.as_deref())?;
    let perimetre = atelier.perimetre(options.campagne.as_deref()).await?;
    let session = ouverture::open_session(&atelier, &perimetre).await?;
    let regles = session.evaluate_regles(&catalogue, code).await?;
    let mut listes = None;
    if options.liste || options.format == Format::Xlsx {
        let mut found = session.list_objets(&catalogue, code).await?;
        ouverture::name_dossiers(&atelier, &perimetre, found.values_mut())?;
        listes = Some(found);
    }
    match options.format {
        Format::Json => {
            let json =
                to_json(&catalogue, &perimetre.sources, &regles, listes.as_ref(), session.recues());
            sortie::write_json(path, &json)
        }
        Format::Texte => {
            let unjudged = |regle: &Regle| session.recues().unjudged(&regle.tables).len();
            let described = describe(&catalogue, &regles, unjudged);
            sortie::write(path, format!("{}.\n{described}", perimetre.portee).as_bytes())
        }
        Format::Xlsx => {
            let listes = listes.unwrap_or_default();
            let blocs = to_blocs(&catalogue, &perimetre, &regles, &listes, session.recues());
            sortie::write(path, &classeur::write(&blocs)?)
        }
    }
}

fn content_of<'a>(catalogue: &'a Catalogue, code: &str) -> Option<&'a Regle> {
    catalogue.regles.iter().find(|known| known.code == code)
}

/// The results of several centres, rule by rule.
pub(crate) fn merge(parts: Vec<ResultatRegle>) -> Vec<ResultatRegle> {
    let mut merged: BTreeMap<String, ResultatRegle> = BTreeMap::new();
    for part in parts {
        match merged.get_mut(&part.code) {
            Some(known) => known.comptes.extend(part.comptes),
            None => {
                merged.insert(part.code.clone(), part);
            }
        }
    }
    merged.into_values().collect()
}

fn to_json(
    catalogue: &Catalogue,
    sources: &[Source],
    regles: &[ResultatRegle],
    listes: Option<&Listes>,
    recues: &Recues,
) -> Value {
    let rows: Vec<Value> = regles
        .iter()
        .map(|regle| {
            let total = regle.total();
            let found = regle.by_structure();
            let by_structure: BTreeMap<&str, u64> = sources
                .iter()
                .map(|source| source.structure_id.as_str())
                .map(|id| (id, found.get(id).map_or(0, |compte| compte.anomalies)))
                .collect();
            let content = content_of(catalogue, &regle.code);
            let gravite = content.map(|known| known.gravite.as_str());
            let tables = content.map(|known| known.tables.as_slice()).unwrap_or_default();
            let unjudged: BTreeMap<&str, Vec<&str>> = recues
                .unjudged(tables)
                .into_iter()
                .map(|id| (id, recues.lacking(id, tables)))
                .collect();
            let mut row = json!({
                "code": regle.code,
                "gravite": gravite,
                "evalues": total.evalues,
                "anomalies": total.anomalies,
                "par_structure": by_structure,
                // Their zero above is not one: these centres never sent these tables.
                "non_evalues": unjudged,
            });
            if let (Some(listes), Some(object)) = (listes, row.as_object_mut()) {
                let objets = listes.get(&regle.code).map(Vec::as_slice).unwrap_or_default();
                object.insert("objets".to_owned(), objets.iter().map(objet_json).collect());
            }
            row
        })
        .collect();
    let latest = sources.iter().map(|source| source.date_extraction).max();
    json!({ "ref": latest.map(|date| date.to_string()), "regles": rows })
}

fn objet_json(objet: &Objet) -> Value {
    json!({
        "structure_id": objet.structure_id,
        "table": objet.table,
        "id": objet.id,
        "dossier_id": objet.dossier_id,
        "conseiller_id": objet.conseiller_id,
    })
}

/// The verdict of the rules, for a person: one line per rule, most numerous first within a severity.
/// `unjudged` tells in how many centres a rule could not judge, for want of a table.
pub(crate) fn describe(
    catalogue: &Catalogue,
    regles: &[ResultatRegle],
    unjudged: impl Fn(&Regle) -> usize,
) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for (gravite, titre) in [
        (Gravite::High, "Anomalies majeures"),
        (Gravite::Medium, "Anomalies moyennes"),
        (Gravite::Info, "Listes à travailler"),
    ] {
        let of_gravite = |regle: &&ResultatRegle| {
            content_of(catalogue, &regle.code).is_some_and(|content| content.gravite == gravite)
        };
        let mut rows: Vec<&ResultatRegle> = regles.iter().filter(of_gravite).collect();
        if rows.is_empty() {
            continue;
        }
        rows.sort_by_key(|regle| std::cmp::Reverse(regle.total().anomalies));
        let _ = writeln!(text, "\n{titre}");
        for regle in rows {
            let total = regle.total();
            let content = content_of(catalogue, &regle.code);
            let titre = content.map_or("", |known| known.titre.as_str());
            let lacking = content.map_or(0, &unjudged);
            let verdict = match (total.evalues, lacking) {
                (0, 0) => "aucun objet à juger".to_owned(),
                (0, _) => "…".to_owned(),
                _ => format!("{} sur {}", thousands(total.anomalies), thousands(total.evalues)),
            };
            let note = match lacking {
                0 => String::new(),
                1 => " (non évaluée dans 1 centre : table non reçue)".to_owned(),
                count => format!(" (non évaluée dans {count} centres : table non reçue)"),
            };
            let _ = writeln!(text, "  {:<9}{verdict:>24}  {titre}{note}", regle.code);
        }
    }
    text
}

fn to_blocs(
    catalogue: &Catalogue,
    perimetre: &Perimetre,
    regles: &[ResultatRegle],
    listes: &Listes,
    recues: &Recues,
) -> Vec<Bloc> {
    let mut synthese = Bloc::new(
        "Règles",
        &["Code", "Règle", "Gravité", "Évalués", "Anomalies", "Centres sans table nécessaire"],
    );
    let mut centres = Bloc::new("Centres", &["Centre", "Règle", "Évalués", "Anomalies"]);
    let mut provenance = sortie::provenance(perimetre);
    for regle in regles {
        let total = regle.total();
        let content = content_of(catalogue, &regle.code);
        let tables = content.map(|content| content.tables.as_slice()).unwrap_or_default();
        let unjudged = recues.unjudged(tables);
        let figure = |number: u64| match (total.evalues, unjudged.is_empty()) {
            (0, false) => "…".into(),
            _ => sortie::count(number),
        };
        synthese.lignes.push(vec![
            regle.code.as_str().into(),
            content.map_or("", |content| content.titre.as_str()).into(),
            content.map_or("", |content| content.gravite.as_str()).into(),
            figure(total.evalues),
            figure(total.anomalies),
            sortie::count(u64::try_from(unjudged.len()).unwrap_or(u64::MAX)),
        ]);
        for (structure_id, compte) in regle.by_structure() {
            centres.lignes.push(vec![
                structure_id.into(),
                regle.code.as_str().into(),
                sortie::count(compte.evalues),
                sortie::count(compte.anomalies),
            ]);
        }
        for structure_id in unjudged {
            centres.lignes.push(vec![
                structure_id.into(),
                regle.code.as_str().into(),
                "…".into(),
                "…".into(),
            ]);
        }
        if let Some(content) = content {
            provenance
                .lignes
                .push(vec![format!("Règle {}", regle.code).into(), content.sql_condition().into()]);
        }
    }
    let mut blocs = vec![synthese, centres];
    for (code, objets) in listes {
        let mut bloc =
            Bloc::new(code, &["Centre", "Table", "Objet", "Dossier", "Conseiller", "Antenne"]);
        bloc.lignes = objets
            .iter()
            .map(|objet| {
                vec![
                    objet.structure_id.as_str().into(),
                    objet.table.as_str().into(),
                    objet.id.as_str().into(),
                    objet.dossier_id.clone().into(),
                    objet.conseiller_id.clone().into(),
                    objet.antenne.clone().into(),
                ]
            })
            .collect();
        blocs.push(bloc);
    }
    blocs.push(provenance);
    blocs
}
