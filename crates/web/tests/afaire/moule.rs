//! The stand-in of the query engine: it catches what it is told, at each extraction date.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::civil::Date;
use mallette_app::port::{Moteur, Question, Refus, Source};
use mallette_catalogue::Catalogue;
use mallette_domain::periode::{Periode, year};
use mallette_domain::resultat::{
    Compte, Cumul, Groupe, Mesure, MesuresPeriode, Niveau, Objet, Preuve, ResultatRegle, Resultats,
};
use mallette_warehouse::resultats::{self, Conserves};
use mallette_warehouse::{Warehouse, objets};

use crate::banc::LYON;

/// What the rule PAC-07 catches at each extraction date: parcours, by conseiller.
pub(crate) type Plan = BTreeMap<Date, Vec<(&'static str, &'static str)>>;

pub(crate) struct Moule {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) plan: Mutex<Plan>,
    /// Dates at which the rule judges nothing.
    pub(crate) muettes: Mutex<Vec<Date>>,
    /// What gives dossiers their pseudonyms.
    pub(crate) warehouse: Warehouse,
}

impl Moteur for Moule {
    fn enrich(
        &self,
        sources: Vec<Source>,
        _: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        for source in sources {
            let day = source.date_extraction;
            let caught = self.plan.lock().unwrap().get(&day).cloned().unwrap_or_default();
            let list: Vec<Objet> = caught
                .iter()
                .map(|(id, conseiller)| Objet {
                    structure_id: source.structure_id.clone(),
                    table: "parcours".to_owned(),
                    id: (*id).to_owned(),
                    dossier_id: {
                        let keys = self.warehouse.trousseau();
                        let numero = format!("d-{id}");
                        Some(self.warehouse.pseudonym(&keys, LYON, &numero).unwrap())
                    },
                    conseiller_id: Some((*conseiller).to_owned()),
                    antenne: None,
                })
                .collect();
            let muette = self.muettes.lock().unwrap().contains(&day);
            let anomalies = u64::try_from(list.len()).unwrap();
            let groupe = Groupe { structure_id: source.structure_id.clone(), ..Groupe::default() };
            let compte = Compte { evalues: if muette { 0 } else { 10 }, anomalies };
            let regle =
                ResultatRegle { code: "PAC-07".to_owned(), comptes: vec![(groupe.into(), compte)] };
            // How many active dossiers each conseiller has.
            let portfolio = |(code, dossiers): (&str, f64)| Mesure {
                code: "QUA-H".to_owned(),
                niveau: Niveau::Conseiller,
                structure_id: source.structure_id.clone(),
                sous_cle: code.to_owned(),
                cumul: Cumul { denominateur: dossiers, ..Cumul::default() },
            };
            let mesures = [("C1", 57.0), ("C2", 1043.0)].map(portfolio).to_vec().into();
            let indicateurs = vec![MesuresPeriode { periode: year(2026), mesures }];
            let resultats = Resultats { date_extraction: day, regles: vec![regle], indicateurs };
            let catalogue = self.catalogue.empreinte();
            resultats::write(&source.dir, &Conserves { catalogue, resultats }).unwrap();
            objets::write(&source.dir, &BTreeMap::from([("PAC-07".to_owned(), list)])).unwrap();
        }
        async { Ok(()) }.boxed()
    }

    fn list_population(&self, _: Source, _: Question) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn evaluate_periode(
        &self,
        _: Vec<Source>,
        _: Periode,
        _: Vec<ResultatRegle>,
    ) -> BoxFuture<'_, Result<MesuresPeriode, Refus>> {
        async { Err(Refus("rien".to_owned())) }.boxed()
    }
}
