//! `mallette controler`.

mod blocs;
mod tenues;
mod texte;

use std::collections::BTreeMap;

use mallette_app::atelier::{AtelierLocal, Perimetre};
use mallette_app::lecture::provenance;
use mallette_app::port::{Atelier as _, Source};
use mallette_catalogue::{Catalogue, Regle};
use mallette_domain::provenance::Provenance;
use mallette_domain::resultat::ResultatRegle;
use mallette_engine::Recues;
use serde_json::{Value, json};

use crate::arguments::{Format, OptionsControler};
use crate::parametre::parametres_json;
use crate::{Usage, ouverture, sortie};
use tenues::{Ligne, Listes};
pub(crate) use texte::describe;

pub(crate) async fn run(options: &OptionsControler) -> anyhow::Result<()> {
    let atelier = ouverture::open_with_data(&options.donnees, &options.base).await?;
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
    let session = ouverture::open_session(&atelier, &perimetre, code.is_none()).await?;
    let regles = session.evaluate_regles(&catalogue, code).await?;
    let (mut listes, mut lacking) = (None, None);
    if options.liste || options.format == Format::Xlsx {
        let found = session.list_objets(&catalogue, code).await?;
        let (mut found, told) = tenues::join(&atelier, &perimetre, options, found).await?;
        ouverture::name_dossiers(&atelier, &perimetre, found.values_mut())?;
        (listes, lacking) = (Some(found), told);
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
            let mut text = format!("{}.\n{described}", perimetre.portee);
            if let Some(listes) = &listes {
                text.push_str(&texte::describe_listes(&catalogue, listes));
            }
            if let Some(lacking) = lacking {
                text.extend(["\n", &lacking, "\n"]);
            }
            sortie::write(path, text.as_bytes())
        }
        Format::Csv => {
            let bloc = match &listes {
                Some(listes) => {
                    if let Some(lacking) = lacking {
                        eprintln!("{lacking}");
                    }
                    blocs::liste("Liste", listes)
                }
                None => blocs::synthese(&catalogue, &regles, session.recues()),
            };
            sortie::write_csv(path, &bloc)
        }
        Format::Xlsx => {
            let mut provenance = provenance_of(&atelier, &perimetre, &regles, options).await?;
            provenance.exclusions.extend(lacking);
            let listes = listes.unwrap_or_default();
            let recues = session.recues();
            let blocs = blocs::workbook(&catalogue, (&regles, recues), &listes, &provenance);
            sortie::write_xlsx(path, &blocs)
        }
    }
}

/// Where the figures of these rules come from.
async fn provenance_of(
    atelier: &AtelierLocal,
    perimetre: &Perimetre,
    regles: &[ResultatRegle],
    options: &OptionsControler,
) -> anyhow::Result<Provenance> {
    let catalogue = atelier.catalogue();
    let orphelins: BTreeMap<String, u64> = regles
        .iter()
        .filter(|regle| regle.code == "REF-01")
        .flat_map(ResultatRegle::by_structure)
        .map(|(structure_id, compte)| (structure_id.to_owned(), compte.anomalies))
        .collect();
    let sources = atelier.provenance_sources(perimetre, &orphelins).await?;
    let used: Vec<&Regle> =
        regles.iter().filter_map(|regle| content_of(&catalogue, &regle.code)).collect();
    let objet = "Anomalies et listes des règles de cohérence";
    let mut provenance = provenance::of_regles(&catalogue, objet, &used, sources, atelier.now());
    provenance.filtres.push(provenance::filter("règle", options.regle.as_deref(), "toutes"));
    Ok(provenance)
}

fn content_of<'a>(catalogue: &'a Catalogue, code: &str) -> Option<&'a Regle> {
    catalogue.regles.iter().find(|known| known.code == code)
}

/// The title of a rule, its parameters in place.
fn titre_of(catalogue: &Catalogue, code: &str) -> String {
    content_of(catalogue, code)
        .map_or_else(String::new, |content| content.substitute(&content.titre))
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
            let own = content.filter(|known| !known.parametres.is_empty());
            if let (Some(known), Some(object)) = (own, row.as_object_mut()) {
                object.insert("parametres".to_owned(), parametres_json(&known.parametres));
            }
            if let (Some(listes), Some(object)) = (listes, row.as_object_mut()) {
                let objets = listes.get(&regle.code).map(Vec::as_slice).unwrap_or_default();
                object.insert("objets".to_owned(), objets.iter().map(ligne_json).collect());
            }
            row
        })
        .collect();
    let latest = sources.iter().map(|source| source.date_extraction).max();
    json!({ "ref": latest.map(|date| date.to_string()), "regles": rows })
}

fn ligne_json(Ligne { objet, tenue }: &Ligne) -> Value {
    let own = [
        ("structure_id", json!(objet.structure_id)),
        ("table", json!(objet.table)),
        ("id", json!(objet.id)),
        ("dossier_id", json!(objet.dossier_id)),
        ("conseiller_id", json!(objet.conseiller_id)),
    ];
    let all = own.into_iter().chain(tenues::to_json(tenue.as_ref()));
    all.map(|(key, value)| (key.to_owned(), value)).collect()
}
