//! The snapshot without what one access does not open. Built once for each access and snapshot, and
//! kept while the snapshot is read.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, OnceLock};

use mallette_catalogue::{Catalogue, Regle};
use mallette_domain::acces::{Acces, Noms};
use mallette_domain::resultat::{Rattachement, Resultats};

use super::renommes::Renommes;
use super::{lock, rapport};
use crate::etat::{Campagne, Centre, Etat, ImportVu};
use crate::lecture::campagnes::TENDANCE;
use crate::lecture::imports::Rapport;
use crate::secret::Lecteur;
use crate::voile;

/// Snapshots whose restrictions are kept: the current one, and those of the campaigns being read.
const ETATS: usize = 6;
/// The same of those by centre only, that a trend is made of: they share their figures with all readers, and what
/// is secret of each is reckoned once.
const SYNTHESES: usize = TENDANCE;
/// Restrictions kept of one snapshot.
const RESTRICTIONS: usize = 256;

/// Restricted snapshots, by access.
#[derive(Default)]
pub(super) struct Restrictions {
    /// Gives the other centres keys that say nothing of them, for as long as the process runs.
    secret: RandomState,
    /// Their measures under these keys.
    renommes: Renommes,
    known: Mutex<Vec<Restreint>>,
}

/// What was restricted of one snapshot.
struct Restreint {
    /// Held, so that its address stays its own.
    etat: Arc<Etat>,
    /// Whether nothing is below its centres.
    leger: bool,
    /// Every centre as those that may not look into it are compared with it, by its true code: the same for all of them, so that a person
    /// more costs no more memory; not made as long as those who animate the network alone read it.
    voisins: Arc<OnceLock<BTreeMap<String, Centre>>>,
    /// What stays secret, for who has the same centres and reads the network or not: what is hidden of an indicator costs more to work out
    /// than the rest of a page.
    lecteurs: BTreeMap<(BTreeSet<String>, bool), Lecteur>,
    by_acces: BTreeMap<Acces, Arc<Etat>>,
}

impl Restrictions {
    /// The snapshot, without what that access does not open.
    pub(super) fn restrict(&self, etat: &Arc<Etat>, acces: &Acces) -> Arc<Etat> {
        let (voisins, lecteur) = {
            let mut known = lock(&self.known);
            let mut found = match known.iter().position(|known| Arc::ptr_eq(&known.etat, etat)) {
                Some(rank) => known.remove(rank),
                None => Restreint {
                    etat: Arc::clone(etat),
                    leger: is_light(etat),
                    voisins: Arc::default(),
                    lecteurs: BTreeMap::new(),
                    by_acces: BTreeMap::new(),
                },
            };
            let done = found.by_acces.get(acces).cloned();
            let same = (own_centres(acces), acces.reads_network());
            let lecteur = found.lecteurs.entry(same).or_insert_with(|| self.reader(etat, acces));
            let lecteur = lecteur.clone();
            let voisins = Arc::clone(&found.voisins);
            // The one read last is let go last, of its kind.
            let most = if found.leger { SYNTHESES } else { ETATS };
            let alike = known.iter().filter(|known| known.leger == found.leger).count();
            let oldest = known.iter().position(|known| known.leger == found.leger);
            if let Some(oldest) = oldest.filter(|_| alike >= most) {
                known.remove(oldest);
            }
            known.push(found);
            if let Some(done) = done {
                return done;
            }
            (voisins, lecteur)
        };
        let restricted = Arc::new(self.build(etat, &voisins, acces, lecteur));
        let mut known = lock(&self.known);
        if let Some(found) = known.iter_mut().find(|known| Arc::ptr_eq(&known.etat, etat)) {
            if found.by_acces.len() >= RESTRICTIONS {
                found.by_acces.clear();
            }
            found.by_acces.insert(acces.clone(), Arc::clone(&restricted));
        }
        restricted
    }

    fn build(
        &self,
        etat: &Etat,
        voisins: &OnceLock<BTreeMap<String, Centre>>,
        acces: &Acces,
        lecteur: Lecteur,
    ) -> Etat {
        let catalogue = own_catalogue(&etat.catalogue, acces);
        let mut shown = Etat { campagne: etat.campagne.clone(), ..Etat::empty(catalogue) };
        shown.lecteur = Lecteur::of(BTreeSet::new());
        if !acces.reads_figures() {
            return shown;
        }
        let opened = |id: &str| acces.reads_centre(id);
        for (id, place) in &etat.reseau {
            if opened(id) {
                shown.reseau.insert(id.clone(), place.clone());
            } else if !etat.centres.contains_key(id) {
                shown.voisinage.absents.insert(self.key(id), anonymous(place));
            }
        }
        for (id, centre) in &etat.centres {
            if opened(id) {
                let noms = acces.names_of(id);
                if let Some(Noms::Portefeuilles(own)) = &noms
                    && acces.reads_colleagues(id)
                {
                    let others = voile::colleagues(&centre.resultats, own);
                    shown.collegues.insert(id.clone(), others);
                }
                shown.centres.insert(id.clone(), own_centre(centre, noms));
            } else if let Some(voisin) = voisins.get_or_init(|| self.neighbours(etat)).get(id) {
                shown.voisinage.centres.insert(voisin.structure_id.clone(), voisin.clone());
            }
        }
        let ended = etat.termines.iter().filter(|(id, _)| opened(id));
        shown.termines = ended.map(|(id, place)| (id.clone(), place.clone())).collect();
        // What a centre was made of, or became, is its own history.
        let own =
            etat.suites.iter().filter(|suite| opened(&suite.ancien) || opened(&suite.nouveau));
        shown.suites = own.cloned().collect();
        shown.contexte = match acces.reads_network() {
            true => Arc::clone(&etat.contexte),
            false => Arc::new(etat.contexte.veiled(|id| match opened(id) {
                true => id.to_owned(),
                false => self.key(id),
            })),
        };
        shown.portefeuille = portfolios(acces);
        shown.lecteur = lecteur;
        let opened = etat.imports.iter().filter(|import| opens(import, acces));
        shown.imports = opened.map(|import| rapport::seen(import, acces)).collect();
        shown.campagnes =
            etat.campagnes.iter().map(|campagne| own_campagne(campagne, acces)).collect();
        shown
    }

    /// Who reads with that access, nothing being known yet of what is hidden.
    fn reader(&self, etat: &Etat, acces: &Acces) -> Lecteur {
        let closed = etat.centres.keys().filter(|id| !acces.reads_centre(id));
        let codes = closed.map(|id| (self.key(id), id.clone())).collect();
        Lecteur::beside(own_centres(acces), codes)
    }

    /// Every centre by centre only, its version before left out, without what would tell it; by its true code.
    fn neighbours(&self, etat: &Etat) -> BTreeMap<String, Centre> {
        self.renommes.tidy();
        let centres = etat.centres.iter().map(|(id, centre)| {
            let structure_id = self.key(id);
            let resultats = &centre.resultats;
            let mut resultats = match voile::is_by_centre(resultats) {
                true => Resultats::clone(resultats),
                false => voile::by_centre(resultats),
            };
            // Anomalies are the centre's own business: figures are compared, not faults.
            resultats.regles.clear();
            for stored in &mut resultats.indicateurs {
                stored.mesures = self.renommes.under(&structure_id, &stored.mesures);
            }
            let other = Centre {
                structure_id,
                rattachement: anonymous(&centre.rattachement),
                resultats: Arc::new(resultats),
                precedents: None,
                ..centre.clone()
            };
            (id.clone(), hidden(other))
        });
        centres.collect()
    }

    /// A key for a centre that is not shown: the same while the process runs, and nothing more.
    fn key(&self, structure_id: &str) -> String {
        format!("voisin-{:016x}", self.secret.hash_one(structure_id))
    }
}

/// The catalogue without the rules that centres which are not open wrote for themselves, nor the values
/// that they gave to parameters; for who reads one centre only, with the values of that centre.
fn own_catalogue(catalogue: &Arc<Catalogue>, acces: &Acces) -> Arc<Catalogue> {
    let foreign = |regle: &Regle| {
        regle.centre.as_ref().is_some_and(|centre| regle.redigee && !acces.reads_centre(centre))
    };
    let centres = catalogue.own_centres();
    let laid = !acces.reads_network() && !centres.is_empty();
    if !catalogue.regles.iter().any(foreign) && !laid {
        return Arc::clone(catalogue);
    }
    let mut own = match acces.centres().into_iter().collect::<Vec<_>>().as_slice() {
        [centre] if laid => catalogue.at(centre),
        _ => catalogue.only(|centre| acces.reads_centre(centre)),
    };
    own.regles.retain(|regle| !foreign(regle));
    Arc::new(own)
}

/// The centres whose figures are the own ones of that access.
fn own_centres(acces: &Acces) -> BTreeSet<String> {
    acces.centres().into_iter().map(str::to_owned).collect()
}

/// Whether a snapshot has figures by centre only, as those of a trend do.
fn is_light(etat: &Etat) -> bool {
    let mut centres = etat.centres.values();
    etat.campagne.is_some() && centres.all(|centre| voile::is_by_centre(&centre.resultats))
}

/// A centre, as who may look into it sees it: whole for who reads all its names, without its
/// conseillers for who reads none.
fn own_centre(centre: &Centre, noms: Option<Noms>) -> Centre {
    let veil = |change: &dyn Fn(&Arc<Resultats>) -> Arc<Resultats>| Centre {
        resultats: change(&centre.resultats),
        precedents: centre.precedents.as_ref().map(change),
        ..centre.clone()
    };
    match noms {
        Some(Noms::Centre) => centre.clone(),
        Some(Noms::Portefeuilles(own)) => {
            veil(&|resultats| Arc::new(voile::of_conseillers(resultats, &own)))
        }
        None => veil(&|resultats| match voile::is_by_centre(resultats) {
            true => Arc::clone(resultats),
            false => Arc::new(voile::without_conseillers(resultats)),
        }),
    }
}

/// The place of a centre, without its name.
fn anonymous(place: &Rattachement) -> Rattachement {
    Rattachement { nom: Some("Un autre centre".to_owned()), ..place.clone() }
}

/// A centre without what would tell it: its import, its version, its number of rows.
fn hidden(mut centre: Centre) -> Centre {
    centre.version.id.clear();
    centre.version.import_id.clear();
    centre.version.lignes = 0;
    centre.version.tables.values_mut().for_each(|rows| *rows = 0);
    centre
}

/// The conseillers whose lists alone are open, over all centres.
fn portfolios(acces: &Acces) -> BTreeSet<String> {
    let mut own = BTreeSet::new();
    for centre in acces.centres() {
        if let Some(Noms::Portefeuilles(conseillers)) = acces.names_of(centre) {
            own.extend(conseillers);
        }
    }
    own
}

/// Whether the account of an import may be read: it is of nothing but what is open.
fn opens(import: &ImportVu, acces: &Acces) -> bool {
    let structures = Rapport::of(import).structures();
    acces.reads_network()
        || (!structures.is_empty()
            && structures.iter().all(|structure| acces.imports_for(structure.structure_id)))
}

fn own_campagne(campagne: &Campagne, acces: &Acces) -> Campagne {
    let mut own = campagne.clone();
    own.versions.retain(|id, _| acces.reads_centre(id));
    own
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mallette_domain::acces::Role;
    use mallette_domain::resultat::Niveau;

    use super::*;
    use crate::lecture::indicateurs::essai::{catch, empty, indicateur, measure, receive, region};
    use crate::lecture::indicateurs::fiche::sheet;
    use crate::lecture::indicateurs::releve::Releve;
    use crate::lecture::indicateurs::tableau::table;
    use crate::lecture::reseau;
    use crate::mur::essai::of_conseiller as acces;

    /// The region, with conseillers and anomalies in A and B.
    fn full() -> Arc<Etat> {
        let mut etat = region();
        for id in ["A", "B"] {
            for conseiller in ["C1", "C2"] {
                let name = format!("{id}-{conseiller}");
                catch(&mut etat, id, "PAC-07", ("Nord", &name), (9, 2));
                measure(&mut etat, (id, Niveau::Conseiller, &name), "2019", "PAC-P", (5.0, 50.0));
            }
        }
        Arc::new(etat)
    }

    fn seen_by(role: Role, structure_id: Option<&str>, conseiller_id: Option<&str>) -> Arc<Etat> {
        let restricted = Restrictions::default();
        restricted.restrict(&full(), &acces(role, structure_id, conseiller_id))
    }

    /// Everything that a snapshot holds, without the catalogue, which is the same for all.
    fn written(etat: &Etat) -> String {
        let Etat { reseau, termines, suites, centres, .. } = etat;
        let Etat { imports, campagnes, voisinage, portefeuille, collegues, contexte, .. } = etat;
        let known = format!("{reseau:?}{termines:?}{suites:?}{centres:?}");
        let beside = format!("{voisinage:?}{portefeuille:?}{collegues:?}{contexte:?}");
        format!("{known}{imports:?}{campagnes:?}{beside}")
    }

    #[test]
    fn a_context_is_under_the_keys_of_the_centres_compared_and_names_no_other() {
        use crate::contexte::adoption::Adoption;
        use crate::contexte::{Contexte, Serie};
        let mut etat = Etat::clone(&full());
        let serie = Serie {
            variable: "jeunes".to_owned(),
            libelle: "Jeunes".to_owned(),
            annee: 2018,
            unite: String::new(),
            source: "Insee".to_owned(),
            valeurs: [("A", 1.0), ("B", 2.0), ("H", 3.0)].map(|(id, v)| (id.to_owned(), v)).into(),
            import_rang: 1,
            le: jiff::Timestamp::UNIX_EPOCH,
        };
        let adopted = Adoption {
            rang: 1,
            annee: 2019,
            centres: BTreeMap::from([("B".to_owned(), "Rural".to_owned())]),
            le: jiff::Timestamp::UNIX_EPOCH,
        };
        let contexte =
            Contexte { series: vec![serie], groupes: vec![adopted], ..Contexte::default() };
        etat.contexte = Arc::new(contexte);
        let etat = Arc::new(etat);
        let seen = |role, centre| {
            let shown = Restrictions::default().restrict(&etat, &acces(role, centre, None));
            Arc::clone(&shown.contexte)
        };
        let own = Restrictions::default();
        let own = own.restrict(&etat, &acces(Role::Directeur, Some("A"), None));
        let values = &own.contexte.series[0].valeurs;
        assert_eq!((values.len(), values["A"]), (3, 1.0));
        assert!(
            !values.contains_key("B")
                && !values.contains_key("H")
                && own.contexte.groupes.is_empty()
        );
        // The centre not named and its figures have one key.
        let keys: Vec<&String> = own.voisinage.centres.keys().collect();
        let others = own.voisinage.absents.keys().chain(keys).filter(|id| values.contains_key(*id));
        assert_eq!(others.count(), 2);
        assert_eq!(seen(Role::ChargeDeMission, None), etat.contexte);
        assert_eq!(*seen(Role::Financeur, None), Contexte::default());
    }

    #[test]
    fn those_who_read_alike_hold_one_copy_of_what_is_the_same_for_them() {
        let (restrictions, etat) = (Restrictions::default(), full());
        let seen = |role, centre, conseiller| {
            restrictions.restrict(&etat, &acces(role, centre, conseiller))
        };
        let directeur = seen(Role::Directeur, Some("A"), None);
        let conseiller = seen(Role::Conseiller, Some("A"), Some("A-C1"));
        let other = seen(Role::Directeur, Some("B"), None);
        assert_ne!(directeur.centres, conseiller.centres, "not what they read");
        for (key, voisin) in &directeur.voisinage.centres {
            let same = &conseiller.voisinage.centres[key].resultats;
            assert!(Arc::ptr_eq(&voisin.resultats, same), "{key}");
        }
        assert!(!directeur.voisinage.centres.is_empty());
        let secrets = |etat: &Etat| match &etat.lecteur {
            Lecteur::Personne(secrets) => Arc::as_ptr(secrets),
            Lecteur::Machine => std::ptr::null(),
        };
        assert!(!secrets(&directeur).is_null());
        assert_eq!(secrets(&directeur), secrets(&conseiller));
        assert_ne!(secrets(&directeur), secrets(&other), "each knows its own figures");
    }

    #[test]
    fn a_director_sees_own_centre_whole_and_no_trace_of_another() {
        let etat = seen_by(Role::Directeur, Some("A"), None);
        assert_eq!(etat.centres.keys().collect::<Vec<_>>(), ["A"]);
        assert_eq!(etat.centres["A"], full().centres["A"]);
        let written = written(&etat);
        for other in ["ML B", "\"B\"", "B-C1", "v-B", "ML G", "ML H", "\"H\""] {
            assert!(!written.contains(other), "{other}");
        }
        assert_eq!((etat.voisinage.centres.len(), etat.voisinage.absents.len()), (6, 1));
        assert!(etat.voisinage.centres.values().all(|other| other.resultats.regles.is_empty()));
    }

    #[test]
    fn a_director_is_compared_as_if_nothing_were_hidden() {
        let (all, own) = (full(), seen_by(Role::Directeur, Some("A"), None));
        let periode = "2019".parse().unwrap();
        let page = |etat: &Etat| {
            let found = sheet(etat, etat, indicateur(etat, "PAC-P"), periode, Some("A"));
            let centre = found.centre.as_ref().unwrap();
            let boxes: Vec<_> = found.groupes.iter().map(|group| group.boite.clone()).collect();
            (found.total_region, centre.place.clone(), boxes, found.ensembles.len())
        };
        assert_eq!(page(&all), page(&own));
        let line = |etat: &Etat| table(etat, periode, None).regions[0].cellules.clone();
        assert_eq!(line(&all), line(&own));
        // And the others have one name between them.
        let fiche = sheet(&own, &own, indicateur(&own, "PAC-P"), periode, Some("A"));
        let named = fiche.groupes[0].centres.iter().map(|(id, _)| reseau::nom(&own, id));
        assert_eq!(named.collect::<BTreeSet<_>>(), ["ML A", "Un autre centre"].into());
        assert_eq!(fiche.centres.len(), 1);
    }

    #[test]
    fn a_charge_de_mission_sees_every_centre_and_no_conseiller() {
        let etat = seen_by(Role::ChargeDeMission, None, None);
        assert_eq!(etat.centres.len(), 7);
        assert!(etat.voisinage.is_empty());
        assert!(!written(&etat).contains("-C1"));
        let total = |etat: &Etat| etat.centres["A"].resultats.regles[0].total();
        assert_eq!(total(&etat), total(&full()));
    }

    #[test]
    fn a_conseiller_sees_own_anomalies_and_figures_only() {
        let etat = seen_by(Role::Conseiller, Some("A"), Some("A-C1"));
        assert_eq!(etat.centres["A"].resultats.regles[0].total().anomalies, 2);
        assert!(!written(&etat).contains("A-C2"));
        assert_eq!(etat.portefeuille, ["A-C1".to_owned()].into());
    }

    #[test]
    fn figures_of_colleagues_come_without_whose_and_where_the_director_opened_them_only() {
        let mut etat = Etat::clone(&full());
        for conseiller in ["C3", "C4", "C5", "C6"] {
            let name = format!("A-{conseiller}");
            catch(&mut etat, "A", "PAC-07", ("Nord", &name), (9, 2));
            measure(&mut etat, ("A", Niveau::Conseiller, &name), "2019", "PAC-P", (5.0, 50.0));
        }
        let etat = Arc::new(etat);
        let shut = acces(Role::Conseiller, Some("A"), Some("A-C1"));
        let open = shut.clone().with_figures(["A".to_owned(), "B".to_owned()].into());
        let restrictions = Restrictions::default();
        assert!(restrictions.restrict(&etat, &shut).collegues.is_empty());
        let seen = restrictions.restrict(&etat, &open);
        assert_eq!(seen.collegues.keys().collect::<Vec<_>>(), ["A"], "not those of a neighbour");
        assert_eq!(seen.collegues["A"].len(), 5);
        let told = written(&seen);
        for other in ["A-C2", "A-C3", "A-C6", "B-C1"] {
            assert!(!told.contains(other), "{other}");
        }
        // Neither who animates the network nor who reads the whole centre gets them so.
        for (role, centre) in [(Role::ChargeDeMission, None), (Role::Directeur, Some("A"))] {
            let acces = acces(role, centre, None).with_figures(["A".to_owned()].into());
            assert!(restrictions.restrict(&etat, &acces).collegues.is_empty(), "{role:?}");
        }
    }

    #[test]
    fn a_centre_that_ended_is_seen_by_its_own_people_and_by_the_network() {
        let mut etat = Etat::clone(&full());
        let place = etat.reseau.remove("H").unwrap();
        etat.termines.insert("H".to_owned(), place);
        etat.suites.push(crate::suites::Suite {
            le: date(2019, 1, 1),
            ancien: "H".to_owned(),
            nouveau: "B".to_owned(),
            genre: crate::suites::GenreSuite::Fusion,
        });
        let etat = Arc::new(etat);
        let seen =
            |role, centre| Restrictions::default().restrict(&etat, &acces(role, centre, None));
        let count = |etat: Arc<Etat>| (etat.termines.len(), etat.suites.len());
        assert_eq!(count(seen(Role::ChargeDeMission, None)), (1, 1));
        assert_eq!(count(seen(Role::Directeur, Some("H"))), (1, 1));
        assert_eq!(count(seen(Role::Directeur, Some("B"))), (0, 1));
        let other = seen(Role::Directeur, Some("A"));
        assert!(!written(&other).contains("ML H") && !written(&other).contains("\"H\""));
        assert_eq!(other.voisinage.absents.len(), 0, "it is waited for no more");
        assert_eq!(count(other), (0, 0));
        assert_eq!(count(seen(Role::Administrateur, None)), (0, 0));
    }

    #[test]
    fn the_same_centres_are_hidden_each_time_that_the_program_starts() {
        // One small count; any of the nine others would do to keep it.
        let mut etat = empty();
        let ids: Vec<String> = (0..11).map(|rank| format!("C{rank:02}")).collect();
        for (rank, id) in ids.iter().enumerate() {
            receive(&mut etat, id, "", date(2020, 1, 5));
            let count = if rank == 4 { 3.0 } else { 20.0 };
            measure(&mut etat, (id, Niveau::Structure, ""), "2019", "ACC-N", (count, 0.0));
        }
        let etat = Arc::new(etat);
        // Each of them gives the others keys of its own.
        let hidden = || -> BTreeSet<String> {
            let restrictions = Restrictions::default();
            let seen = restrictions.restrict(&etat, &acces(Role::Directeur, Some("C00"), None));
            let releve = Releve::new(&seen, "2019".parse().unwrap());
            let known = indicateur(&seen, "ACC-N");
            let is_hidden = |id: &&String| {
                let key = if **id == "C00" { (*id).clone() } else { restrictions.key(id) };
                releve.chiffre(known, &key).unwrap().secret
            };
            ids.iter().filter(is_hidden).cloned().collect()
        };
        let first = hidden();
        assert!(first.contains("C04") && first.len() == 2, "{first:?}");
        for _ in 0..8 {
            assert_eq!(hidden(), first);
        }
    }

    #[test]
    fn who_reads_no_figure_sees_nothing() {
        for role in [Role::Administrateur, Role::Financeur, Role::Auditeur] {
            let etat = seen_by(role, None, None);
            assert!(etat.centres.is_empty() && etat.reseau.is_empty(), "{role:?}");
            assert!(etat.voisinage.is_empty() && etat.imports.is_empty(), "{role:?}");
        }
    }

    #[test]
    fn values_given_by_a_centre_are_its_own_business() {
        let mut etat = Etat::clone(&full());
        let mut catalogue = Catalogue::clone(&etat.catalogue);
        let given = |centre: &str, valeur| mallette_catalogue::Valeur {
            code: "DIA-02".to_owned(),
            nom: "jours".to_owned(),
            structure_id: Some(centre.to_owned()),
            valeur,
            le: jiff::Timestamp::UNIX_EPOCH,
        };
        assert_eq!(catalogue.put_values(&[given("A", 45), given("B", 60)]), []);
        etat.catalogue = Arc::new(catalogue);
        let etat = Arc::new(etat);
        let seen = |role, centre: Option<&str>| {
            let seen = Restrictions::default().restrict(&etat, &acces(role, centre, None));
            let own = seen.catalogue.parametre("DIA-02", "jours").unwrap().clone();
            (own.valeur(), own.centres.into_keys().collect::<Vec<_>>())
        };
        assert_eq!(seen(Role::Directeur, Some("A")), (45, vec!["A".to_owned()]));
        assert_eq!(seen(Role::Referent, Some("C")), (30, Vec::new()));
        let all = vec!["A".to_owned(), "B".to_owned()];
        assert_eq!(seen(Role::ChargeDeMission, None), (30, all));
        assert_eq!(seen(Role::Financeur, None), (30, Vec::new()));
    }

    #[test]
    fn a_state_is_restricted_once_for_an_access() {
        let (restrictions, etat) = (Restrictions::default(), full());
        let director = acces(Role::Directeur, Some("A"), None);
        let first = restrictions.restrict(&etat, &director);
        assert!(Arc::ptr_eq(&first, &restrictions.restrict(&etat, &director)));
        let other = restrictions.restrict(&etat, &acces(Role::Directeur, Some("B"), None));
        assert_eq!(other.centres.keys().collect::<Vec<_>>(), ["B"]);
        // Older snapshots make room.
        for _ in 0..2 * ETATS {
            restrictions.restrict(&full(), &director);
        }
        assert_eq!(lock(&restrictions.known).len(), ETATS);
        // Those of a trend have a room of their own.
        for month in 0..TENDANCE {
            let light = Etat { campagne: Some(format!("{month}")), ..region() };
            restrictions.restrict(&Arc::new(light), &director);
        }
        assert_eq!(lock(&restrictions.known).len(), ETATS + SYNTHESES);
    }
}
