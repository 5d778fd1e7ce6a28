//! `mallette indicateurs`.

use mallette_app::atelier::Perimetre;
use mallette_app::cumul::{self, Boite, Valeur};
use mallette_catalogue::{Calcul, Catalogue};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Mesure;
use mallette_engine::Finesse;
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::classeur;
use serde_json::{Value, json};

use crate::arguments::{Format, OptionsIndicateurs};
use crate::{Usage, ouverture, sortie};

pub(crate) async fn run(options: &OptionsIndicateurs) -> anyhow::Result<()> {
    let atelier = ouverture::open_with_data(&options.donnees).await?;
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
    let perimetre = atelier.perimetre(options.campagne.as_deref()).await?;
    let session = ouverture::open_session(&atelier, &perimetre).await?;
    let needs_rules = chosen.iter().any(|i| i.calcul == Calcul::PourCentDossiers);
    let regles =
        if needs_rules { session.evaluate_regles(&catalogue, None).await? } else { Vec::new() };
    let period = [(options.periode, Finesse::Conseiller)];
    let measured = session.evaluate_indicateurs(&catalogue, &period, code, &regles).await?;
    let rattachements = &perimetre.rattachements;
    let mesures: Vec<Mesure> = measured.into_iter().flat_map(|kept| kept.mesures).collect();
    let valeurs = cumul::roll_up(&chosen, &mesures, rattachements, |indicateur, structure_id| {
        session.recues().has(structure_id, &indicateur.tables)
    });
    let wanted = |v: &&Valeur| options.niveau.as_deref().is_none_or(|n| n == v.niveau.as_str());
    let shown: Vec<&Valeur> = valeurs.iter().filter(wanted).collect();
    match options.format {
        Format::Json => {
            let periode = [options.periode.debut.to_string(), options.periode.fin.to_string()];
            let rows: Vec<Value> = shown.iter().map(|valeur| valeur_json(valeur)).collect();
            let mut json = json!({ "periode": periode, "valeurs": rows });
            if let (true, Some(object)) = (options.boite, json.as_object_mut()) {
                let boites = cumul::boxes(&valeurs, rattachements);
                object.insert("boites".to_owned(), boites.iter().map(boite_json).collect());
            }
            sortie::write_json(path, &json)
        }
        Format::Texte => {
            let text = format!("{}.\n{}", perimetre.portee, describe(&catalogue, &shown));
            sortie::write(path, text.as_bytes())
        }
        Format::Xlsx => {
            let blocs = to_blocs(&catalogue, &perimetre, options.periode, &shown);
            sortie::write(path, &classeur::write(&blocs)?)
        }
    }
}

fn valeur_json(valeur: &Valeur) -> Value {
    json!({
        "code": valeur.code,
        "niveau": valeur.niveau.as_str(),
        "cle": valeur.cle,
        "numerateur": valeur.numerateur.map(number),
        "denominateur": valeur.denominateur.map(number),
        "valeur": valeur.valeur.map(number),
    })
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

/// The figures, for a person: the regional ones, else those asked for.
pub(crate) fn describe(catalogue: &Catalogue, valeurs: &[&Valeur]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for valeur in valeurs {
        let Some(indicateur) = catalogue.indicateurs.iter().find(|i| i.code == valeur.code) else {
            continue;
        };
        let shown = match valeur.valeur {
            None => without_value(valeur).to_owned(),
            Some(rate) if is_rate(indicateur.calcul) => {
                format!("{:.1} %", 100.0 * rate).replace('.', ",")
            }
            Some(value) if value.fract() == 0.0 && value >= 0.0 =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a whole count or amount, not negative"
                )]
                sortie::thousands(value as u64)
            }
            Some(value) => format!("{value:.1}").replace('.', ","),
        };
        let _ = writeln!(
            text,
            "  {:<8}{shown:>14}  {} ({} {})",
            valeur.code, indicateur.titre, valeur.niveau, valeur.cle
        );
    }
    text
}

/// The sign of a figure that is not there: not received, or not calculable.
fn without_value(valeur: &Valeur) -> &'static str {
    if valeur.centres == 0 { "…" } else { "nc" }
}

fn is_rate(calcul: Calcul) -> bool {
    matches!(calcul, Calcul::Taux | Calcul::Ratio)
}

fn to_blocs(
    catalogue: &Catalogue,
    perimetre: &Perimetre,
    periode: Periode,
    valeurs: &[&Valeur],
) -> Vec<Bloc> {
    let entetes = ["Indicateur", "Niveau", "Clé", "Numérateur", "Dénominateur", "Valeur"];
    let mut blocs = Vec::new();
    let mut provenance = sortie::provenance(perimetre);
    provenance.lignes.push(vec!["Début de la période".into(), Cellule::Jour(periode.debut)]);
    provenance.lignes.push(vec!["Fin de la période".into(), Cellule::Jour(periode.fin)]);
    for indicateur in &catalogue.indicateurs {
        let mut bloc = Bloc::new(&indicateur.code, &entetes);
        let number = |value: Option<f64>| value.map_or(Cellule::Vide, Cellule::Nombre);
        for valeur in valeurs.iter().filter(|valeur| valeur.code == indicateur.code) {
            let shown = match valeur.valeur {
                None => without_value(valeur).into(),
                Some(rate) if is_rate(indicateur.calcul) => Cellule::Taux(rate),
                Some(value) => Cellule::Nombre(value),
            };
            bloc.lignes.push(vec![
                indicateur.titre.as_str().into(),
                valeur.niveau.as_str().into(),
                valeur.cle.as_str().into(),
                number(valeur.numerateur),
                number(valeur.denominateur),
                shown,
            ]);
        }
        if !bloc.lignes.is_empty() {
            provenance.lignes.push(vec![
                format!("Définition de {}", indicateur.code).into(),
                indicateur.definition.as_str().into(),
            ]);
            blocs.push(bloc);
        }
    }
    blocs.push(provenance);
    blocs
}
