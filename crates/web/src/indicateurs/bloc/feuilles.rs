//! The blocks of a dashboard about indicators, as sheets of its workbook: real numbers, the signs as text.

use mallette_app::lecture::centre::portefeuille::{is_enough, sizes};
use mallette_app::lecture::indicateurs::chiffre::{self, Chiffre};
use mallette_app::lecture::indicateurs::ensemble::Ensemble;
use mallette_app::lecture::indicateurs::fiche::Fiche;
use mallette_app::lecture::indicateurs::groupe::PLUS_PETIT_GROUPE;
use mallette_app::lecture::reseau;
use mallette_domain::resultat::Niveau;
use mallette_reports::bloc::{Bloc, Cellule};

use super::Fiches;
use crate::indicateurs::carte;
use crate::indicateurs::chiffres::{TROP_PEU, behind_with_floor, cell, unite};
use crate::indicateurs::faits::scope_words;

impl Fiches<'_> {
    /// The figures of an indicator at every level, as a sheet.
    pub(crate) fn figures_sheet(&mut self, code: &str, titre: &str) -> Option<Bloc> {
        let (etat, portion, groupe) = (self.etat, self.portion, self.groupe);
        let fiche = self.read(code)?;
        let headers = [
            "Niveau",
            "Nom",
            "Chiffre",
            "Numérateur",
            "Dénominateur",
            "Porte sur",
            "Dossiers actifs à l'extraction",
        ];
        let mut bloc = Bloc::new(titre, &headers);
        let mut push = |niveau: &str, nom: &str, chiffre: Option<&Chiffre>, behind: String| {
            bloc.lignes.push(row(fiche, (niveau, nom), chiffre, behind, Cellule::Vide));
        };
        let of_group = |ensemble: &Ensemble<'_>| match (groupe, ensemble.niveau) {
            (None, _) | (_, Niveau::Region) => true,
            (Some(groupe), niveau) => niveau == Niveau::GroupePairs && ensemble.cle == groupe,
        };
        for ligne in fiche.ensembles.iter().filter(|ligne| of_group(&ligne.ensemble)) {
            let (nom, total) = (ligne.ensemble.nom(), &ligne.total);
            push("Ensemble", &nom, total.chiffre.as_ref(), scope_words(fiche, ligne));
        }
        let behind = |chiffre: &Chiffre| behind_with_floor(fiche.indicateur, chiffre);
        let wanted = |id: &str| fiche.centre.as_ref().is_none_or(|own| own.structure_id == id);
        let shown = fiche.centres.iter().filter(|ligne| {
            wanted(ligne.structure_id) && groupe.is_none_or(|nom| ligne.groupe == Some(nom))
        });
        for ligne in shown {
            let told = ligne.chiffre.as_ref().map(behind).unwrap_or_default();
            push("Centre", ligne.nom, ligne.chiffre.as_ref(), told);
        }
        if let Some(centre) = &fiche.centre {
            let id = centre.structure_id;
            let [of_antennes, of_conseillers] =
                [Niveau::Antenne, Niveau::Conseiller].map(|niveau| sizes(etat, id, niveau));
            // The portfolio beside each figure, which is given where it is over enough.
            let part = |(niveau, cle): (&str, &str), chiffre: &Chiffre, size: Option<&u64>| {
                let size = size.and_then(|size| i64::try_from(*size).ok());
                let size = size.map_or(Cellule::Vide, Cellule::Entier);
                let mut line =
                    row(fiche, (niveau, named(cle)), Some(chiffre), behind(chiffre), size);
                if let (false, Some(cell)) =
                    (is_enough(fiche.indicateur, chiffre), line.get_mut(CHIFFRE))
                {
                    *cell = TROP_PEU.into();
                }
                line
            };
            let own = portion.conseiller_id.is_none();
            let kept = |cle: &str, wanted: &Option<String>| {
                wanted.as_deref().is_none_or(|wanted| wanted == cle)
            };
            for (cle, chiffre) in &centre.antennes {
                if own && kept(cle, &portion.antenne) {
                    let size = of_antennes.get(cle);
                    bloc.lignes.push(part(("Antenne", cle), chiffre, size));
                }
            }
            for (cle, chiffre) in &centre.conseillers {
                if portion.antenne.is_none() && kept(cle, &portion.conseiller_id) {
                    let size = of_conseillers.get(cle);
                    bloc.lignes.push(part(("Conseiller", cle), chiffre, size));
                }
            }
        }
        Some(bloc)
    }

    /// An indicator month by month, as a sheet.
    pub(crate) fn trend_sheet(&mut self, code: &str, titre: &str) -> Option<Bloc> {
        let etat = self.etat;
        let of_group = self.group_months(code);
        let fiche = self.read(code)?;
        let unite = unite(fiche.indicateur);
        let centre = fiche.centre.as_ref().map(|centre| reseau::nom(etat, centre.structure_id));
        let nom = of_group.as_ref().map(|(nom, _)| nom.as_str()).or(centre);
        let mut bloc = Bloc::new(titre, &["Mois"]);
        bloc.entetes.extend(nom.into_iter().chain(["Région"]).map(str::to_owned));
        bloc.lignes.extend(fiche.mois().iter().map(|mois| {
            let own = match &of_group {
                Some((_, all)) => {
                    let found = all.iter().find(|own| own.periode == mois.periode);
                    found.map(|own| cell(unite, own.region)).or(Some(Cellule::Vide))
                }
                None => centre.map(|_| cell(unite, mois.centre)),
            };
            let day = Cellule::Jour(mois.periode.debut);
            [day].into_iter().chain(own).chain([cell(unite, mois.region)]).collect()
        }));
        Some(bloc)
    }

    /// The boxes of an indicator, as a sheet.
    pub(crate) fn boxes_sheet(&mut self, code: &str, titre: &str) -> Option<Bloc> {
        let fiche = self.read(code)?;
        let unite = unite(fiche.indicateur);
        let headers = [
            "Groupe",
            "Centres avec un chiffre",
            "Centres au secret",
            "Centres sous le plancher",
            "Moustache basse",
            "1er quartile",
            "Médiane",
            "3e quartile",
            "Moustache haute",
            "Chiffre du centre",
        ];
        let mut bloc = Bloc::new(titre, &headers);
        for group in &fiche.groupes {
            let Some(boite) = &group.boite else { continue };
            // A group too small is in no chart, and in no sheet.
            if !group.is_large() {
                continue;
            }
            let chosen = fiche.centre.as_ref().map(|centre| centre.structure_id);
            let mut all = group.centres.iter().chain(&group.fragiles);
            let own = all.find(|(id, _)| Some(*id) == chosen);
            let count = |n: usize| Cellule::Entier(i64::try_from(n).unwrap_or(i64::MAX));
            let value = |value: f64| {
                let valeur = chiffre::Cellule::Valeur(value);
                cell(unite, valeur)
            };
            let nom = match group.niveau {
                Niveau::Region => format!("Région {}", group.nom),
                Niveau::Reseau => format!(
                    "Réseau, faute de {PLUS_PETIT_GROUPE} centres avec un chiffre dans la région"
                ),
                _ => group.nom.to_owned(),
            };
            bloc.lignes.push(vec![
                nom.into(),
                count(boite.n),
                count(group.secrets),
                count(group.fragiles.len()),
                value(boite.moustache_basse),
                value(boite.q1),
                value(boite.mediane),
                value(boite.q3),
                value(boite.moustache_haute),
                own.map_or(Cellule::Vide, |(_, chiffre)| cell(unite, Some(chiffre).into())),
            ]);
        }
        Some(bloc)
    }

    /// The table of positions, as a sheet.
    pub(crate) fn positions_sheet(&self, famille: &str, titre: &str) -> Option<Bloc> {
        let carte = self.map(famille)?;
        Some(Bloc { titre: titre.to_owned(), ..carte::sheet(&carte) })
    }
}

/// Rank of the figure among the cells of a row.
const CHIFFRE: usize = 2;

/// A figure with its sides, and the size of the portfolio.
fn row(
    fiche: &Fiche<'_>,
    (niveau, nom): (&str, &str),
    chiffre: Option<&Chiffre>,
    behind: String,
    size: Cellule,
) -> Vec<Cellule> {
    let side = |value: Option<f64>| value.map_or(Cellule::Vide, Cellule::Nombre);
    vec![
        niveau.into(),
        nom.into(),
        cell(unite(fiche.indicateur), chiffre.into()),
        side(chiffre.and_then(|own| own.numerateur)),
        side(chiffre.and_then(|own| own.denominateur)),
        behind.into(),
        size,
    ]
}

fn named(cle: &str) -> &str {
    if cle.is_empty() { "non renseigné" } else { cle }
}
