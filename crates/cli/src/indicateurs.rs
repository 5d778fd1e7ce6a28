//! `mallette indicateurs`.

mod blocs;
mod dessin;
mod texte;

use std::collections::BTreeMap;
use std::sync::Arc;

use mallette_app::atelier::{AtelierLocal, Perimetre};
use mallette_app::charte::mots::origine;
use mallette_app::contexte::Contexte;
use mallette_app::contexte::couverture::{self, Etalon};
use mallette_app::cumul::{self, Boite, Valeur};
use mallette_app::lecture::indicateurs::version;
use mallette_app::lecture::provenance;
use mallette_app::port::Atelier as _;
use mallette_catalogue::{Calcul, Indicateur, Sens};
use mallette_domain::periode::Periode;
use mallette_domain::provenance::Provenance;
use mallette_domain::resultat::{Mesure, Niveau};
use mallette_engine::Finesse;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::arguments::{Format, OptionsIndicateurs};
use crate::parametre::parametres_json;
use crate::{Usage, ouverture, sortie};
pub(crate) use texte::describe;

pub(crate) async fn run(options: &OptionsIndicateurs) -> anyhow::Result<()> {
    let atelier = ouverture::open_with_data(&options.donnees, &options.base).await?;
    let catalogue = atelier.catalogue();
    let code = options.code.as_deref();
    let chosen = cumul::chosen(&catalogue, code);
    if let (Some(code), []) = (code, chosen.as_slice()) {
        let known: Vec<&str> = catalogue.indicateurs.iter().map(|i| i.code.as_str()).collect();
        let known = known.join(", ");
        return Err(
            Usage(format!("l'indicateur « {code} » n'existe pas. Indicateurs : {known}")).into()
        );
    }
    let path = sortie::check_format(options.format, options.sortie.as_deref())?;
    let mut perimetre = atelier.perimetre(options.campagne.as_deref()).await?;
    let session = ouverture::open_session(&atelier, &perimetre, code.is_none()).await?;
    let needs_rules = chosen.iter().any(|i| i.calcul == Calcul::PourCentDossiers);
    let regles =
        if needs_rules { session.evaluate_regles(&catalogue, None).await? } else { Vec::new() };
    let period = [(options.periode, Finesse::Conseiller)];
    // What stands over a series is made of a count: that one is measured.
    let counted = match (code, chosen.as_slice()) {
        (Some(_), [alone]) => Some(catalogue.counted(alone).code.as_str()),
        _ => None,
    };
    let measured = session.evaluate_indicateurs(&catalogue, &period, counted, &regles).await?;
    leave_out_early(&mut perimetre, options.periode);
    let rattachements = &perimetre.rattachements;
    let mut mesures: Vec<Mesure> = measured.into_iter().flat_map(|kept| kept.mesures).collect();
    let contexte = match chosen.iter().any(|own| own.couverture.is_some()) {
        true => atelier.series().await?,
        false => Contexte::default(),
    };
    mesures.extend(couverture::measure(&contexte, &chosen, &mesures, options.periode));
    let valeurs = cumul::roll_up(&chosen, &mesures, rattachements, |indicateur, structure_id| {
        session.recues().has(structure_id, &indicateur.tables)
    });
    let boites = options.boite.then(|| cumul::boxes(&valeurs, rattachements));
    let boites = boites.as_deref();
    let wanted = |v: &&Valeur| options.niveau.as_deref().is_none_or(|n| n == v.niveau.as_str());
    let shown: Vec<&Valeur> = valeurs.iter().filter(wanted).collect();
    match options.format {
        Format::Json => {
            let json = to_json((options.periode, &chosen, &contexte), &shown, boites);
            sortie::write_json(path, &json)
        }
        Format::Texte => {
            let all_levels = options.niveau.is_none();
            let shown = if all_levels { widest(&shown) } else { shown };
            let mut text = format!("{}.\n{}", perimetre.portee, texte::titre(options.periode));
            text.push_str(&describe(&catalogue, &shown, rattachements));
            text.push_str(&texte::describe_valeurs(&catalogue, &chosen));
            text.push_str(&texte::describe_series(&contexte, &chosen, options.periode));
            if let Some(boites) = boites {
                text.push_str(&texte::describe_boites(&catalogue, boites));
            }
            if shown.is_empty() {
                text.push_str("\nAucun chiffre.\n");
            } else if all_levels {
                text.push_str(&texte::other_levels(&shown));
            }
            sortie::write(path, text.as_bytes())
        }
        Format::Csv => {
            let bloc = match boites {
                Some(boites) => blocs::boites(&catalogue, boites),
                None => blocs::valeurs("Indicateurs", &catalogue, &shown),
            };
            sortie::write_csv(path, &bloc)
        }
        Format::Xlsx => {
            let provenance =
                provenance_of(&atelier, &perimetre, options, (&chosen, contexte)).await?;
            let blocs = blocs::workbook(&catalogue, &shown, boites, &provenance);
            sortie::write_xlsx(path, &blocs)
        }
    }
}

/// Leaves out the centres whose extract does not reach the period, and says so: what was not
/// received is no zero.
fn leave_out_early(perimetre: &mut Perimetre, periode: Periode) {
    let early = perimetre.leave_out_before(periode.debut);
    if !early.is_empty() {
        eprintln!(
            "Centres dont l'extraction est antérieure à la période, absents des chiffres : {}.",
            early.join(", ")
        );
    }
}

/// Where the figures of these indicators come from.
async fn provenance_of(
    atelier: &AtelierLocal,
    perimetre: &Perimetre,
    options: &OptionsIndicateurs,
    (chosen, contexte): (&[&Indicateur], Contexte),
) -> anyhow::Result<Provenance> {
    let sources = atelier.provenance_sources(perimetre, &BTreeMap::new()).await?;
    let sources = provenance::Sources { contexte: Arc::new(contexte), ..sources };
    let (catalogue, now) = (atelier.catalogue(), atelier.now());
    let objet = "Indicateurs de la période";
    let mut provenance =
        provenance::of_indicateurs(&catalogue, objet, chosen, options.periode, sources, now);
    provenance.filtres.push(provenance::filter("indicateur", options.code.as_deref(), "tous"));
    provenance.filtres.push(provenance::filter("niveau", options.niveau.as_deref(), "tous"));
    Ok(provenance)
}

/// The figures of the région, or of the widest level that the network has.
fn widest<'a>(valeurs: &[&'a Valeur]) -> Vec<&'a Valeur> {
    let has = |niveau: &&Niveau| valeurs.iter().any(|valeur| valeur.niveau == **niveau);
    let Some(niveau) = Niveau::ALL.iter().rev().find(has) else { return Vec::new() };
    valeurs.iter().copied().filter(|valeur| valeur.niveau == *niveau).collect()
}

/// All that is written as JSON.
#[derive(Serialize)]
struct Chiffres<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    boites: Option<Value>,
    definitions: Vec<Value>,
    parametres: BTreeMap<&'a str, Value>,
    periode: [String; 2],
    #[serde(serialize_with = "each")]
    valeurs: &'a [&'a Valeur],
}

fn to_json<'a>(
    (periode, chosen, contexte): (Periode, &[&'a Indicateur], &Contexte),
    valeurs: &'a [&'a Valeur],
    boites: Option<&[Boite]>,
) -> Chiffres<'a> {
    let own = chosen.iter().filter(|indicateur| !indicateur.parametres.is_empty());
    Chiffres {
        boites: boites.map(|boites| boites.iter().map(boite_json).collect()),
        definitions: chosen.iter().map(|known| definition_json(known, periode, contexte)).collect(),
        parametres: own.map(|own| (own.code.as_str(), parametres_json(&own.parametres))).collect(),
        periode: [periode.debut.to_string(), periode.fin.to_string()],
        valeurs,
    }
}

/// What an indicator counted over the period, in words: its definition, which version of it, where it
/// comes from; for what stands over a series, that one.
fn definition_json(base: &Indicateur, periode: Periode, contexte: &Contexte) -> Value {
    let rank = base.rank_at(periode);
    let indicateur = base.of_rank(rank);
    let since = rank.checked_sub(1).and_then(|before| base.versions.get(before));
    let mut told = json!({
        "code": indicateur.code,
        "titre": indicateur.titre,
        "definition": indicateur.definition,
        "version": rank + 1,
        "versions": base.versions.len() + 1,
        "depuis": since.map(|version| version.depuis.to_string()),
        "change": version::change(base, periode),
        "sens": match indicateur.sens {
            Sens::Haut => "haut",
            Sens::Bas => "bas",
            Sens::Neutre => "neutre",
        },
        "cadre": base.cadre.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "plancher": indicateur.plancher,
        "exclusions": indicateur.exclusions,
        "source": indicateur.source,
        "origine": origine(indicateur.origine),
    });
    if let (Some(made), Some(fields)) = (&base.couverture, told.as_object_mut()) {
        let serie = match couverture::standard(contexte, base, periode) {
            Some(Etalon::Serie(serie)) => json!({
                "libelle": serie.libelle,
                "annee": serie.annee,
                "unite": serie.unite,
                "source": serie.source,
            }),
            _ => Value::Null,
        };
        fields.insert("compte".to_owned(), json!(made.compte));
        fields.insert("serie".to_owned(), serie);
    }
    told
}

/// One figure as JSON.
#[derive(Serialize)]
struct Chiffre<'a> {
    cle: &'a str,
    code: &'a str,
    denominateur: Option<Value>,
    niveau: &'a str,
    numerateur: Option<Value>,
    valeur: Option<Value>,
}

/// A country has a million of them: each is made when it is written.
fn each<S: Serializer>(valeurs: &[&Valeur], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(valeurs.iter().map(|valeur| Chiffre {
        cle: &valeur.cle,
        code: &valeur.code,
        denominateur: valeur.denominateur.map(number),
        niveau: valeur.niveau.as_str(),
        numerateur: valeur.numerateur.map(number),
        valeur: valeur.valeur.map(number),
    }))
}

/// A number as JSON: whole when it is whole.
fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

fn boite_json(boite: &Boite) -> Value {
    match &boite.boite {
        Some(b) => json!({
            "code": boite.code, "groupe": boite.groupe, "n": b.n, "nc": b.nc,
            "min": b.min, "q1": b.q1, "mediane": b.mediane, "q3": b.q3, "max": b.max,
            "moustache_basse": b.moustache_basse, "moustache_haute": b.moustache_haute,
            "extremes": b.extremes,
        }),
        None => json!({
            "code": boite.code, "groupe": boite.groupe, "n": 0, "nc": boite.nc,
            "min": null, "q1": null, "mediane": null, "q3": null, "max": null,
            "moustache_basse": null, "moustache_haute": null, "extremes": [],
        }),
    }
}

/// The sign of a figure that is not there: not received, or not calculable.
fn without_value(valeur: &Valeur) -> &'static str {
    if valeur.centres == 0 { "…" } else { "nc" }
}
