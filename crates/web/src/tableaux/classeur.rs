//! The workbook of a dashboard: what it is, one sheet per block, where its figures come from.

use axum::http::Uri;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::provenance::{self, Sources, filter};
use mallette_app::lecture::reseau;
use mallette_catalogue::{Indicateur, Regle, chosen};
use mallette_domain::acces::Exigence;
use mallette_domain::periode::Periode;
use mallette_domain::provenance::Provenance;
use mallette_domain::tableau::{Bloc as BlocTableau, Contenu, Sujet, Tableau};
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::provenance::sheets;

use super::blocs::{self, Lieu, RESERVE, gone, paragraphs};
use super::filtres::{Retenus, completed};
use super::find;
use crate::bureau::Bureau;
use crate::controles::bloc as regles;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::indicateurs::bloc::{self as indicateurs, Fiches};
use crate::indicateurs::chiffrage::{self, Chiffrage};
use crate::objectifs::bloc as cibles;
use crate::telechargement::{self, slug};

pub(super) async fn download(
    serveur: Bureau,
    Segment(id): Segment<String>,
    uri: Uri,
    asked: Parametres,
) -> Result<Response, Erreur> {
    let trouve = find(&serveur, &id).await?;
    let tableau = &trouve.tableau;
    let whole = completed(&serveur.atelier.etat(), &asked, &tableau.composition.filtres);
    let serveur = serveur.at(&whole).await?;
    let etat = serveur.atelier.etat();
    let (periode, figures) = match chiffrage::read(&serveur, &etat, &whole, &uri)? {
        Chiffrage::Pret(periode, figures) => (periode, figures),
        Chiffrage::EnCours(page) => return Ok(page),
        Chiffrage::Vide => return Err(chiffrage::nothing_to_keep()),
    };
    let retenus = Retenus::read((&etat, &figures), periode, (&asked, &whole))?;
    let of = (retenus.centre.as_deref(), retenus.groupe());
    let mut fiches = Fiches::new((&etat, &figures), periode, of, &retenus.portion);
    let lieu = Lieu { serveur: &serveur, etat: &etat, retenus: &retenus };
    let mut feuilles = Vec::new();
    for (rang, bloc) in tableau.composition.blocs.iter().enumerate() {
        let titre = sheet_title(&etat, rang + 1, bloc);
        feuilles.push(lieu.sheet(bloc, &titre, &mut fiches).await?);
    }
    let mut all = vec![lieu.summary(tableau, periode, &feuilles)];
    let source = origin(&serveur, &etat, tableau, (&retenus, periode), &fiches);
    all.append(&mut feuilles);
    all.extend(sheets(&source));
    let day = etat.date_extraction().map(|day| format!("_{day}")).unwrap_or_default();
    telechargement::xlsx(&format!("tableau_{}{day}", slug(&tableau.titre)), &all)
}

/// « 3 Boîte à moustaches PAC-P »: its place in the dashboard first, so that two are never one.
fn sheet_title(etat: &Etat, rang: usize, bloc: &BlocTableau) -> String {
    let genre = bloc.contenu.genre().libelle();
    if let Some(part) = blocs::side(&bloc.contenu) {
        // Names of sheets are short: the side, then the code.
        let code = bloc.contenu.sujet();
        return format!("{rang} Liste {} {code}", indicateurs::side_word(etat, code, part));
    }
    match &bloc.contenu {
        Contenu::Texte(_) | Contenu::Positions(_) => format!("{rang} {genre}"),
        other => format!("{rang} {genre} {}", other.sujet()),
    }
}

/// A sheet of a text, or of why there is nothing.
fn worded(titre: &str, entete: &str, lignes: Vec<String>) -> Bloc {
    let mut bloc = Bloc::new(titre, &[entete]);
    bloc.lignes = lignes.into_iter().map(|ligne| vec![ligne.into()]).collect();
    bloc
}

impl Lieu<'_> {
    /// A block as a sheet: real numbers, or why there are none.
    async fn sheet(
        &self,
        bloc: &BlocTableau,
        titre: &str,
        fiches: &mut Fiches<'_>,
    ) -> Result<Bloc, Erreur> {
        let code = bloc.contenu.sujet();
        let closed = |raison| worded(titre, "Liste non écrite ici", vec![raison]);
        if let (Contenu::Objectif(_), Some(asked)) = (&bloc.contenu, self.cibles()) {
            if fiches.find(code).is_none() {
                return Ok(worded(titre, "Bloc sans objet", vec![gone("L'indicateur", code)]));
            }
            let read = cibles::targets_sheet(self.serveur, self.etat, (code, titre), asked);
            return Ok(match read.await? {
                Ok(bloc) => bloc,
                Err(raison) => worded(titre, "Objectif", vec![raison]),
            });
        }
        if let Some(part) = blocs::side(&bloc.contenu) {
            return Ok(match fiches.list_sheet(self.serveur, (code, part), titre).await? {
                Some(Ok(bloc)) => bloc,
                Some(Err(raison)) => closed(raison),
                None => worded(titre, "Bloc sans objet", vec![gone("L'indicateur", code)]),
            });
        }
        let (found, quoi) = match &bloc.contenu {
            Contenu::Texte(texte) => return Ok(worded(titre, "Texte", paragraphs(texte))),
            Contenu::Positions(_) if !self.serveur.allows(Exigence::Reseau) => {
                return Ok(worded(titre, "Bloc non montré", vec![RESERVE.to_owned()]));
            }
            Contenu::Positions(_) => (fiches.positions_sheet(code, titre), "La famille"),
            Contenu::Indicateur(_) | Contenu::Objectif(_) => {
                (fiches.figures_sheet(code, titre), "L'indicateur")
            }
            Contenu::Tendance(_) => (fiches.trend_sheet(code, titre), "L'indicateur"),
            Contenu::Boite(_) => (fiches.boxes_sheet(code, titre), "L'indicateur"),
            Contenu::Regle(_) => {
                (regles::rule_sheet(self.etat, code, titre, self.perimetre()), "La règle")
            }
            Contenu::Liste(_) | Contenu::ListeNumerateur(_) | Contenu::ListeDenominateur(_) => {
                let read =
                    regles::list_sheet(self.serveur, self.etat, (code, titre), self.perimetre());
                match read.await? {
                    Some(Err(raison)) => return Ok(closed(raison)),
                    Some(Ok(bloc)) => (Some(bloc), "La règle"),
                    None => (None, "La règle"),
                }
            }
        };
        Ok(found.unwrap_or_else(|| worded(titre, "Bloc sans objet", vec![gone(quoi, code)])))
    }

    /// The first sheet: what the dashboard is, its filters, what each sheet holds, which filters it does not follow.
    fn summary(&self, tableau: &Tableau, periode: Periode, feuilles: &[Bloc]) -> Bloc {
        let (etat, retenus) = (self.etat, self.retenus);
        let mut bloc = Bloc::new("Tableau", &["Rubrique", "Contenu"]);
        let mut push = |quoi: &str, texte: String| {
            bloc.lignes.push(vec![quoi.into(), Cellule::Texte(texte)]);
        };
        push("Titre", tableau.titre.clone());
        if !tableau.description.is_empty() {
            push("Description", tableau.description.clone());
        }
        push("Filtres", retenus.words(etat, periode));
        for avis in &retenus.avis {
            push("À savoir", avis.clone());
        }
        for (feuille, own) in feuilles.iter().zip(&tableau.composition.blocs) {
            let nom = format!("Feuille «\u{a0}{}\u{a0}»", feuille.titre);
            push(&nom, blocs::title(etat, &own.contenu));
            for note in self.notes(&own.contenu) {
                push(&nom, note.to_owned());
            }
        }
        bloc
    }
}

/// Where the figures of all the sheets come from.
fn origin(
    serveur: &Bureau,
    etat: &Etat,
    tableau: &Tableau,
    (retenus, periode): (&Retenus, Periode),
    fiches: &Fiches<'_>,
) -> Provenance {
    let (mut of_figures, mut of_rules): (Vec<&Indicateur>, Vec<&Regle>) = (Vec::new(), Vec::new());
    for bloc in &tableau.composition.blocs {
        let code = bloc.contenu.sujet();
        match bloc.contenu.genre().sujet() {
            Sujet::Texte => {}
            Sujet::Famille if !serveur.allows(Exigence::Reseau) => {}
            Sujet::Famille => of_figures.extend(chosen(&etat.catalogue.indicateurs, Some(code))),
            Sujet::Regle => of_rules.extend(regles::find(etat, code)),
            Sujet::Indicateur => of_figures.extend(fiches.find(code)),
        }
    }
    of_figures.sort_by(|left, right| left.code.cmp(&right.code));
    of_figures.dedup_by(|left, right| left.code == right.code);
    of_rules.sort_by(|left, right| left.code.cmp(&right.code));
    of_rules.dedup_by(|left, right| left.code == right.code);
    let mut source = provenance::of_indicateurs(
        &etat.catalogue,
        format!("Tableau de bord «\u{a0}{}\u{a0}»", tableau.titre),
        &of_figures,
        periode,
        Sources::of_network(etat),
        serveur.atelier.now(),
    );
    source = provenance::with_regles(source, &etat.catalogue, &of_rules);
    let centre = retenus.centre.as_deref();
    let centre = centre.map(|id| format!("{} ({id})", reseau::nom(etat, id)));
    source.filtres = vec![
        filter("centre", centre.as_deref(), "région"),
        filter("antenne", retenus.portion.antenne.as_deref(), "toutes"),
        filter("conseiller", retenus.portion.conseiller_id.as_deref(), "tous"),
        filter("groupe de pairs", retenus.groupe.as_deref(), "tous"),
    ];
    source
}
