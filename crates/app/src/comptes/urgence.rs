//! Emergency access: a conseiller reads the whole centre for three hours, having written why. The
//! director is told at once, may close it, and everything read meanwhile is traced as usual. Nobody
//! outside the centre has it: the region never reads a name.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mallette_courriel::{Adresse, modele};
use mallette_domain::acces::{Acces, Role};
use mallette_domain::structure;
use mallette_registry::{Bris, Motif, NouveauBris, Scelle};
use serde_json::json;

use super::{Comptes, act, new_id, refuse, zone};
use crate::atelier::or_closed;
use crate::port::Refus;
use crate::session::blocking;
use crate::visiteur::Personne;

/// How long an access lasts.
const DUREE: SignedDuration = SignedDuration::from_hours(3);

/// An access, as who answers for the centre sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urgence {
    /// What names it.
    pub id: String,
    /// Who opened it, by name.
    pub personne: String,
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Why, as that person wrote it; none when the key of the centre is closed to who looks.
    pub motif: Option<String>,
    /// From when.
    pub ouvert_le: Timestamp,
    /// Until when, at most.
    pub expire_le: Timestamp,
    /// When it was closed before.
    pub ferme_le: Option<Timestamp>,
    /// When a director took note of it.
    pub vue_le: Option<Timestamp>,
}

/// What the reason of an access is sealed for.
fn lieu(id: &str) -> String {
    format!("bris/{id}")
}

impl Comptes {
    /// Opens the whole centre to a person of it, for three hours.
    ///
    /// # Errors
    /// When the person has no role there or reads it already, or when the reason is too short.
    pub async fn open_emergency(
        &self,
        par: &Personne,
        structure_id: &str,
        motif: &str,
    ) -> Result<(), Refus> {
        if !par.acces.emergency_centres().iter().any(|id| id == structure_id) {
            let raison = "L'accès d'urgence est pour qui a un rôle dans ce centre et n'en lit pas déjà \
                          tous les noms.";
            return Err(Refus(raison.to_owned()));
        }
        let now = self.now();
        let expire_le = now.checked_add(DUREE).map_err(refuse)?;
        let id = new_id()?;
        // A key that is closed to this session would open no name either.
        let scelle = self.seal_motif(structure_id, &id, motif).await?;
        let bris = NouveauBris {
            id,
            personne_id: par.id.clone(),
            structure_id: structure_id.to_owned(),
            motif: motif.to_owned(),
            scelle,
            expire_le,
        };
        let mut unite = self.registry().begin(now).await.map_err(refuse)?;
        unite.open_bris(&bris).await.map_err(refuse)?;
        // Not the reason: it may name a young person, and the trace never does.
        let detail = json!({ "objet": bris.id });
        let entry = act(&par.id, "acces_urgence", Some(structure_id), detail);
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.tell_directors(par, structure_id, (now, expire_le)).await
    }

    /// The reason, sealed: it may name a young person.
    async fn seal_motif(&self, structure_id: &str, id: &str, motif: &str) -> Result<Scelle, Refus> {
        let atelier = Arc::clone(&self.atelier);
        let (structure_id, place) = (structure_id.to_owned(), lieu(id));
        let motif = motif.split_whitespace().collect::<Vec<_>>().join(" ");
        blocking(move || {
            let trousseau = atelier.session_keys();
            let sealed = atelier.warehouse().seal_text(&trousseau, &structure_id, &place, &motif);
            sealed.map(Scelle).map_err(refuse)
        })
        .await
    }

    /// The reason, opened with the keys of the session.
    async fn read_motif(&self, bris: &Bris) -> Result<Option<String>, Refus> {
        let sealed = match &bris.motif {
            Motif::Clair(text) => return Ok(Some(text.clone())),
            Motif::Scelle(sealed) => sealed.clone(),
        };
        let atelier = Arc::clone(&self.atelier);
        let (structure_id, place) = (bris.structure_id.clone(), lieu(&bris.id));
        blocking(move || {
            let trousseau = atelier.session_keys();
            let read = atelier.warehouse().open_text(&trousseau, &structure_id, &place, &sealed.0);
            or_closed(read.map(Some))
        })
        .await
    }

    /// Tells the directors by mail; the pages tell them too.
    async fn tell_directors(
        &self,
        par: &Personne,
        structure_id: &str,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<(), Refus> {
        let lien = self.link("/urgence");
        let centre = structure::find(structure_id).map_or(structure_id, |known| known.nom);
        for director in self.directors(structure_id).await? {
            let Some(known) = self.registry().personne(&director).await.map_err(refuse)? else {
                continue;
            };
            let adresse = Adresse::new(&known.courriel, Some(&known.nom)).map_err(refuse)?;
            let message = modele::bris_de_glace(
                &adresse,
                &modele::BrisDeGlace {
                    reseau: &self.reglage.reseau,
                    auteur: &par.nom,
                    centre,
                    quand: zone().to_datetime(from),
                    jusqu_a: zone().to_datetime(until),
                    lien: &lien,
                },
            );
            if let Err(error) = self.post(&message).await {
                eprintln!("un avis d'accès d'urgence n'a pas pu être envoyé : {error}");
            }
        }
        Ok(())
    }

    async fn directors(&self, structure_id: &str) -> Result<Vec<String>, Refus> {
        let today = self.today();
        let roles = self.registry().habilitations_in(structure_id).await.map_err(refuse)?;
        let held = roles.into_iter().filter(|role| {
            role.habilitation.role == Role::Directeur && role.habilitation.holds_on(today)
        });
        Ok(held.map(|role| role.personne_id).collect())
    }

    /// The accesses that concern a person: those opened in the centres that they direct, and their
    /// own, the last first.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn emergencies(&self, par: &Personne) -> Result<Vec<Urgence>, Refus> {
        let mut found = Vec::new();
        for centre in par.acces.centres() {
            let directs = par.acces.has_in(Role::Directeur, centre);
            for bris in self.registry().bris_in(centre).await.map_err(refuse)? {
                if directs || bris.personne_id == par.id {
                    let known =
                        self.registry().personne(&bris.personne_id).await.map_err(refuse)?;
                    let motif = self.read_motif(&bris).await?;
                    found.push(Urgence {
                        id: bris.id,
                        personne: known.map_or(bris.personne_id, |known| known.nom),
                        structure_id: bris.structure_id,
                        motif,
                        ouvert_le: bris.ouvert_le,
                        expire_le: bris.expire_le,
                        ferme_le: bris.ferme_le,
                        vue_le: bris.vu_par_directeur_le,
                    });
                }
            }
        }
        found.sort_by(|a, b| b.ouvert_le.cmp(&a.ouvert_le).then_with(|| a.id.cmp(&b.id)));
        Ok(found)
    }

    /// How many accesses a director has not taken note of.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub(super) async fn unseen_emergencies(&self, acces: &Acces) -> Result<usize, Refus> {
        let mut unseen = 0;
        for centre in acces.centres().into_iter().filter(|id| acces.has_in(Role::Directeur, id)) {
            let all = self.registry().bris_in(centre).await.map_err(refuse)?;
            unseen += all.iter().filter(|bris| bris.vu_par_directeur_le.is_none()).count();
        }
        Ok(unseen)
    }

    /// Takes note of an access, and closes it when asked to.
    ///
    /// # Errors
    /// When `par` does not direct its centre.
    pub async fn acknowledge_emergency(
        &self,
        par: &Personne,
        id: &str,
        ferme: bool,
    ) -> Result<(), Refus> {
        let known = self.emergencies(par).await?.into_iter().find(|urgence| urgence.id == id);
        let known = known.filter(|known| par.acces.has_in(Role::Directeur, &known.structure_id));
        let known = known.ok_or_else(|| {
            Refus("Cet accès d'urgence n'est pas d'un centre que vous dirigez.".to_owned())
        })?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.acknowledge_bris(id, &par.id).await.map_err(refuse)?;
        if ferme {
            unite.close_bris(id).await.map_err(refuse)?;
        }
        let acte = if ferme { "acces_urgence_ferme" } else { "acces_urgence_vu" };
        let entry = act(&par.id, acte, Some(&known.structure_id), json!({ "objet": id }));
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }
}
