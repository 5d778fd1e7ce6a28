//! The trial of an indicator as a workbook: the figures of the page, with the same cells secret, month by month
//! and centre by centre; then, for who reads the names of the chosen centre, by conseiller and row by row.

use std::collections::BTreeMap;

use axum::response::Response;
use mallette_app::lecture::indicateurs::chiffre::{Cellule, Chiffre, parts};
use mallette_app::lecture::indicateurs::fiche::Fiche;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::provenance::{self, Sources, filter};
use mallette_app::lecture::reseau;
use mallette_app::port::Part;
use mallette_app::secret::is_rounded;
use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::resultat::{Cumul, Preuve};
use mallette_reports::bloc::{self, Bloc};

use super::essaye::{self, Essaye, Lu};
use crate::bureau::Bureau;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::indicateurs::chiffres::{behind_with_floor, cell, side, unite};
use crate::nominatif::{Forme, Nominatif};
use crate::preuves::push;
use crate::requis::without_figure;
use crate::telechargement;

pub(super) async fn download(
    guichet: Guichet,
    bureau: Bureau,
    Segment(code): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let essaye = match essaye::read(&guichet, &bureau, &code, &parametres).await? {
        Lu::Essaye(essaye) => essaye,
        Lu::Refuse(page) => return Ok(page),
    };
    let Some(fiche) = essaye.fiche() else {
        let text = "Aucune extraction n'a encore été reçue\u{a0}: il n'y a rien à enregistrer.";
        return Err(Erreur::Refus(text.to_owned()));
    };
    let mut blocs =
        vec![figures(&essaye, &fiche), months(&essaye, &fiche), centres(&essaye, &fiche)];
    blocs.extend(proofs(&bureau, &essaye, &fiche).await?);
    let centre = fiche.centre.as_ref().map(|centre| centre.structure_id);
    let mut source = provenance::of_indicateurs(
        &essaye.etat.catalogue,
        format!(
            "Essai de l'indicateur {code}, {} (rien n'est publié)",
            periodes::label(fiche.periode)
        ),
        &[fiche.indicateur],
        fiche.periode,
        Sources::of(&essaye.etat, fiche.centres.iter().map(|ligne| ligne.structure_id)),
        bureau.atelier.now(),
    );
    source.filtres = vec![filter("centre", centre, "tous")];
    if is_rounded(&essaye.etat) {
        source.filtres.push(filter("hors de vos centres", Some("nombres arrondis à 5 près"), ""));
    }
    blocs.extend(mallette_reports::provenance::sheets(&source));
    let periode = periodes::code(fiche.periode);
    let name =
        format!("essai_{code}_{periode}{}", centre.map(|id| format!("_{id}")).unwrap_or_default());
    telechargement::xlsx(&name, &blocs)
}

/// A figure, or its sign, and what it is about.
fn figure(
    indicateur: &Indicateur,
    chiffre: Option<&Chiffre>,
    without: String,
) -> [bloc::Cellule; 2] {
    let behind = chiffre.map_or(without, |chiffre| behind_with_floor(indicateur, chiffre));
    [cell(unite(indicateur), Cellule::from(chiffre)), behind.into()]
}

/// The figure of the centre with its uncertainty, and that of the région for who reads the network.
fn figures(essaye: &Essaye, fiche: &Fiche<'_>) -> Bloc {
    let entetes =
        ["Qui", "Chiffre", "Porte sur", "Intervalle à 95 % : de", "Intervalle à 95 % : à"];
    let mut table = Bloc::new("Chiffres", &entetes);
    let unite = unite(fiche.indicateur);
    let bound = |value: Option<f64>| {
        value.map_or(bloc::Cellule::Vide, |value| cell(unite, Cellule::Valeur(value)))
    };
    let mut line = |qui: String,
                    [chiffre, behind]: [bloc::Cellule; 2],
                    known: Option<(f64, f64)>| {
        let (low, high) = (bound(known.map(|known| known.0)), bound(known.map(|known| known.1)));
        table.lignes.push(vec![qui.into(), chiffre, behind, low, high]);
    };
    if let Some(centre) = &fiche.centre {
        let id = centre.structure_id;
        let without = without_figure(&essaye.etat, fiche.indicateur, id);
        let own = figure(fiche.indicateur, centre.chiffre.as_ref(), without);
        line(reseau::nom(&essaye.etat, id).to_owned(), own, centre.intervalle);
    }
    if essaye.acces.reads_network() {
        let chiffre = fiche.total_region.chiffre.as_ref();
        line("Région".to_owned(), figure(fiche.indicateur, chiffre, String::new()), None);
    }
    table
}

fn months(essaye: &Essaye, fiche: &Fiche<'_>) -> Bloc {
    let centre = fiche.centre.as_ref().map(|own| reseau::nom(&essaye.etat, own.structure_id));
    let network = essaye.acces.reads_network();
    let entetes: Vec<&str> =
        ["Mois"].into_iter().chain(centre).chain(network.then_some("Région")).collect();
    let mut table = Bloc::new("Mois par mois", &entetes);
    let unite = unite(fiche.indicateur);
    for mois in fiche.mois() {
        let own = centre.map(|_| cell(unite, mois.centre));
        let region = network.then(|| cell(unite, mois.region));
        let nom = bloc::Cellule::from(periodes::label(mois.periode));
        table.lignes.push([nom].into_iter().chain(own).chain(region).collect());
    }
    table
}

fn centres(essaye: &Essaye, fiche: &Fiche<'_>) -> Bloc {
    let mut table = Bloc::new("Centres", &["Code", "Centre", "Chiffre", "Porte sur"]);
    for ligne in &fiche.centres {
        let without = without_figure(&essaye.etat, fiche.indicateur, ligne.structure_id);
        let [chiffre, behind] = figure(fiche.indicateur, ligne.chiffre.as_ref(), without);
        table.lignes.push(vec![ligne.structure_id.into(), ligne.nom.into(), chiffre, behind]);
    }
    table
}

/// By conseiller, then the lists of the chosen centre, for who reads all its names; nothing for others.
async fn proofs(bureau: &Bureau, essaye: &Essaye, fiche: &Fiche<'_>) -> Result<Vec<Bloc>, Erreur> {
    let Some((id, _)) = essaye.proved(fiche) else { return Ok(Vec::new()) };
    let (indicateur, colonnes) = (fiche.indicateur, essaye.colonnes(bureau));
    let lecteur = bureau.reader(Forme::Fichier, &indicateur.code);
    let (mut blocs, mut conseillers) = (Vec::new(), Conseillers::default());
    for part in parts(indicateur) {
        let listed = essaye.list(bureau, id, fiche.periode, *part).await?;
        for preuve in &listed {
            conseillers.add(indicateur.calcul, *part, preuve);
        }
        let nominatif = Nominatif::of(&lecteur, listed.iter().map(|preuve| &preuve.objet)).await?;
        let mut liste =
            Bloc::new(&format!("Liste, {}", side(indicateur, *part)), &colonnes.entetes());
        let cells = listed.into_iter().map(|own| colonnes.cells(&essaye.etat, &nominatif, own));
        push(&mut liste, cells.collect())?;
        blocs.push(liste);
    }
    if let Some(table) = conseillers.table(indicateur) {
        blocs.insert(0, table);
    }
    Ok(blocs)
}

/// What the rows of each conseiller add up to; those without one are told apart.
#[derive(Default)]
struct Conseillers(BTreeMap<Option<String>, Cumul>);

impl Conseillers {
    fn add(&mut self, calcul: Calcul, part: Part, preuve: &Preuve) {
        let cumul = self.0.entry(preuve.objet.conseiller_id.clone()).or_default();
        match (calcul, part) {
            (Calcul::Taux, Part::Denominateur) => cumul.denominateur += 1.0,
            (Calcul::Taux, Part::Numerateur) | (Calcul::Effectif, _) => cumul.numerateur += 1.0,
            (Calcul::Mediane, _) => {
                #[expect(clippy::cast_possible_truncation, reason = "a median is of whole numbers")]
                let mesure = preuve.mesure.map(|mesure| mesure.round() as i64);
                *cumul.mesures.entry(mesure.unwrap_or_default()).or_default() += 1;
            }
            (Calcul::Moyenne | Calcul::Somme, _) => {
                cumul.numerateur += preuve.mesure.unwrap_or_default();
                cumul.denominateur += 1.0;
            }
            _ => {}
        }
    }

    /// In the order of their codes, never a ranking; none for what is not the sum of its conseillers: a young
    /// person counts once, whoever meets them.
    fn table(self, indicateur: &Indicateur) -> Option<Bloc> {
        let adds_up = matches!(
            indicateur.calcul,
            Calcul::Taux | Calcul::Effectif | Calcul::Mediane | Calcul::Moyenne | Calcul::Somme
        );
        if !adds_up {
            return None;
        }
        let mut table = Bloc::new("Conseillers", &["Conseiller", "Chiffre", "Porte sur"]);
        for (conseiller, cumul) in self.0 {
            let chiffre = Chiffre::new(indicateur.calcul, &cumul);
            let [chiffre, behind] = figure(indicateur, Some(&chiffre), String::new());
            let qui = conseiller.unwrap_or_else(|| "sans conseiller".to_owned());
            table.lignes.push(vec![qui.into(), chiffre, behind]);
        }
        Some(table)
    }
}

#[cfg(test)]
mod tests {
    use mallette_catalogue::Catalogue;
    use mallette_domain::resultat::Objet;

    use super::*;

    fn row(conseiller: Option<&str>, mesure: Option<f64>) -> Preuve {
        let objet = Objet {
            structure_id: "A".to_owned(),
            table: "parcours".to_owned(),
            id: "1".to_owned(),
            dossier_id: None,
            conseiller_id: conseiller.map(str::to_owned),
            antenne: None,
        };
        Preuve { objet, regle: None, mesure }
    }

    fn lines(code: &str, rows: &[(Part, Preuve)]) -> Option<Vec<Vec<bloc::Cellule>>> {
        let catalogue = Catalogue::builtin().unwrap();
        let found = catalogue.indicateurs.iter().find(|known| known.code == code).unwrap();
        let mut all = Conseillers::default();
        for (part, preuve) in rows {
            all.add(found.calcul, *part, preuve);
        }
        all.table(found).map(|table| table.lignes)
    }

    #[test]
    fn rows_make_the_figure_of_each_conseiller_in_the_order_of_their_codes() {
        let (above, below) = (Part::Numerateur, Part::Denominateur);
        let rate = [
            (below, row(Some("C2"), None)),
            (below, row(Some("C2"), None)),
            (below, row(Some("C1"), None)),
            (below, row(None, None)),
            (above, row(Some("C2"), None)),
        ];
        let found = lines("PAC-P", &rate).unwrap();
        let told: Vec<(&bloc::Cellule, &bloc::Cellule)> =
            found.iter().map(|line| (&line[0], &line[1])).collect();
        let text = |text: &str| bloc::Cellule::Texte(text.to_owned());
        assert_eq!(
            told,
            [
                (&text("sans conseiller"), &bloc::Cellule::Taux(0.0)),
                (&text("C1"), &bloc::Cellule::Taux(0.0)),
                (&text("C2"), &bloc::Cellule::Taux(0.5)),
            ]
        );
        let days = [3.0, 9.0, 4.0].map(|days| (below, row(Some("C1"), Some(days))));
        assert_eq!(lines("DIA-D", &days).unwrap()[0][1], bloc::Cellule::Nombre(4.0));
        assert!(lines("RAT-7", &days).is_none(), "one indicator over another is not listed so");
    }
}
