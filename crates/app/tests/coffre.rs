//! The second half of a centre's key, on a real data directory: who reads its names, who no longer
//! does, and what the region's administrator, a thief and a link of password never open.

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;

    use futures::future::BoxFuture;
    use jiff::Timestamp;
    use mallette_app::atelier::{AtelierLocal, Demande, Usage};
    use mallette_app::comptes::connexion::Origine;
    use mallette_app::comptes::invitation::Lien;
    use mallette_app::comptes::{Comptes, Reglage};
    use mallette_app::mur::Mur;
    use mallette_app::port::{Atelier as _, Moteur, Ouverture, Question, Refus, Source};
    use mallette_app::visiteur::Personne;
    use mallette_catalogue::Catalogue;
    use mallette_courriel::SansCourriel;
    use mallette_domain::acces::{Habilitation, Role};
    use mallette_domain::periode::Periode;
    use mallette_domain::resultat::{MesuresPeriode, Preuve, ResultatRegle, Resultats};
    use mallette_warehouse::cles::Maitresse;
    use mallette_warehouse::objets;
    use mallette_warehouse::resultats::{self, Conserves};
    use mallette_warehouse::{SourceMaitresse, Warehouse};
    use zeroize::Zeroizing;

    const LYON: &str = "69382S00";
    const MOT_DE_PASSE: &str = "quatre tilleuls devant la gare";

    /// An engine without figures: only names matter here.
    struct Muet;

    impl Moteur for Muet {
        fn enrich(
            &self,
            sources: Vec<Source>,
            _: Arc<dyn Fn(&str) + Send + Sync>,
        ) -> BoxFuture<'_, Result<(), Refus>> {
            Box::pin(async move {
                for source in sources {
                    let date_extraction = source.date_extraction;
                    let (regles, indicateurs) = (Vec::new(), Vec::new());
                    let resultats = Resultats { date_extraction, regles, indicateurs };
                    let kept = Conserves { catalogue: String::new(), resultats };
                    resultats::write(&source.dir, &kept).unwrap();
                    objets::write(&source.dir, &BTreeMap::new()).unwrap();
                }
                Ok(())
            })
        }

        fn list_population(
            &self,
            _: Source,
            _: Question,
        ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
            Box::pin(async { Ok(Vec::new()) })
        }

        fn evaluate_periode(
            &self,
            _: Vec<Source>,
            _: Periode,
            _: Vec<ResultatRegle>,
        ) -> BoxFuture<'_, Result<MesuresPeriode, Refus>> {
            Box::pin(async { Err(Refus("rien".to_owned())) })
        }
    }

    struct Banc {
        dir: tempfile::TempDir,
        atelier: Arc<AtelierLocal>,
        comptes: Arc<Comptes>,
        mur: Arc<Mur>,
    }

    fn origine() -> Origine {
        Origine { adresse: "192.0.2.7".to_owned(), agent: "Essai".to_owned(), appareil: None }
    }

    fn password(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    async fn open(dir: &Path) -> (Arc<AtelierLocal>, Arc<Comptes>, Arc<Mur>) {
        let catalogue = Arc::new(Catalogue::builtin().unwrap());
        let key = SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]));
        let warehouse = Warehouse::open_with(dir, key).unwrap();
        let (usage, told) = (Usage::Pages, Arc::new(|_| {}));
        let now: fn() -> Timestamp = Timestamp::now;
        let atelier =
            AtelierLocal::open_with(warehouse, catalogue, Arc::new(Muet), now, usage, told);
        let atelier = atelier.await.unwrap();
        let reglage =
            Reglage { adresse: "http://localhost".to_owned(), reseau: "Essai".to_owned() };
        let comptes = Comptes::new(Arc::clone(&atelier), reglage, Arc::new(SansCourriel)).unwrap();
        let behind: Arc<AtelierLocal> = Arc::clone(&atelier);
        (atelier, Arc::new(comptes), Mur::new(behind))
    }

    fn role(role: Role, centre: Option<&str>) -> Habilitation {
        Habilitation {
            role,
            structure_id: centre.map(str::to_owned),
            conseiller_id: (role == Role::Conseiller).then(|| "C1".to_owned()),
            debut: None,
            fin: None,
        }
    }

    impl Banc {
        /// An administrator, a director and a référent of Lyon, and an extract of Lyon.
        async fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let (atelier, comptes, mur) = open(dir.path()).await;
            let banc = Self { dir, atelier, comptes, mur };
            let link = banc.comptes.initialise("Ada", "admin@essai.example").await.unwrap();
            banc.accept(&link).await;
            banc.invite("admin", "directeur", role(Role::Directeur, Some(LYON))).await;
            banc.invite("directeur", "referent", role(Role::Referent, Some(LYON))).await;
            banc.import("10-04", &Ouverture::default()).await.unwrap();
            banc
        }

        async fn accept(&self, link: &str) {
            let token = link.rsplit('/').next().unwrap();
            self.comptes.accept_invitation(token, password(MOT_DE_PASSE)).await.unwrap();
        }

        async fn invite(&self, par: &str, nom: &str, given: Habilitation) {
            let (par, _, _) = self.sign_in(par).await;
            let courriel = format!("{nom}@essai.example");
            let by = (par.id.as_str(), &*par.acces);
            match self.comptes.invite(by, nom, &courriel, &[given]).await.unwrap() {
                Lien::ATransmettre { lien, .. } => self.accept(&lien).await,
                Lien::Envoye => panic!("no mail is sent here"),
            }
        }

        async fn sign_in_with(
            &self,
            nom: &str,
            mot_de_passe: &str,
        ) -> (Arc<Personne>, Ouverture, String) {
            let courriel = format!("{nom}@essai.example");
            let opened = self.comptes.sign_in(&courriel, password(mot_de_passe), &origine()).await;
            let token = opened.unwrap().jeton.to_string();
            let (personne, cles) = self.identify(&token).await;
            (personne, cles, token)
        }

        async fn sign_in(&self, nom: &str) -> (Arc<Personne>, Ouverture, String) {
            self.sign_in_with(nom, MOT_DE_PASSE).await
        }

        async fn identify(&self, token: &str) -> (Arc<Personne>, Ouverture) {
            self.comptes.identify(token).await.unwrap().unwrap()
        }

        async fn import(&self, day: &str, cles: &Ouverture) -> Result<(), Refus> {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join(format!("dossiers_2019-{day}.csv"));
            let text = format!(
                "structure_id;dossier_id;nom;prenom;date_naissance\n\
                 {LYON};D1;ZQCANARI;Zoé;2000-01-01\n{LYON};D2;ZQMERLE;Ali;2001-01-{}\n",
                day.split('-').next_back().unwrap()
            );
            fs::write(&path, text).unwrap();
            let demande = Demande { chemins: vec![path], cles: cles.clone(), ..Demande::default() };
            self.atelier.import(demande, Arc::new(|_| {})).await.map(drop)
        }

        /// How many dossiers of Lyon a session finds by a name: one, or none.
        fn finds(&self, personne: &Personne, cles: &Ouverture) -> usize {
            let desk = self.mur.open_for(&personne.acces, cles);
            desk.find_dossiers(LYON, "ZQCANARI").unwrap().len()
        }

        /// The same, for who holds the machine and its master key.
        fn machine_finds(&self) -> usize {
            self.mur.whole().find_dossiers(LYON, "ZQCANARI").unwrap().len()
        }
    }

    #[tokio::test]
    async fn once_taken_the_names_open_in_the_sessions_of_the_centre_only() {
        let banc = Banc::new().await;
        let (referent, before, _) = banc.sign_in("referent").await;
        let (directeur, cles, token) = banc.sign_in("directeur").await;
        assert_eq!((banc.finds(&directeur, &cles), banc.machine_finds()), (1, 1), "before");
        let (admin, _, admin_token) = banc.sign_in("admin").await;
        let refused = banc.comptes.take_key(&admin, &admin_token, LYON).await.unwrap_err();
        assert!(refused.0.contains("directeur"), "{refused}");
        banc.comptes.take_key(&directeur, &token, LYON).await.unwrap();
        let again = banc.comptes.take_key(&directeur, &token, LYON).await.unwrap_err();
        assert!(again.0.contains("déjà"), "{again}");

        let (directeur, cles) = banc.identify(&token).await;
        assert_eq!(banc.finds(&directeur, &cles), 1);
        assert!(directeur.fermes.is_empty());
        assert_eq!(banc.machine_finds(), 0, "the master key alone opens nothing any more");
        assert_eq!(banc.finds(&referent, &before), 0, "a session of before has no share yet");
        let (referent, after, _) = banc.sign_in("referent").await;
        assert_eq!(banc.finds(&referent, &after), 1, "a share was handed on meanwhile");
        let (admin, held, _) = banc.sign_in("admin").await;
        assert_eq!(banc.finds(&admin, &held), 0);
        assert_eq!(banc.finds(&admin, &cles), 0, "the wall stands whatever the keys");

        // An import seals with the keys of a session; without them it changes nothing and says so.
        let refused = banc.import("11-05", &Ouverture::default()).await.unwrap_err();
        assert!(refused.0.contains("moitié"), "{refused}");
        assert_eq!(
            banc.atelier.perimetre(None).await.unwrap().versions[LYON].date_extraction.month(),
            10
        );
        banc.import("11-05", &after).await.unwrap();
        assert_eq!(banc.finds(&referent, &after), 1);
        assert_eq!(banc.machine_finds(), 0);

        // Signed out, the keys are gone with the session.
        banc.comptes.sign_out(&token).await.unwrap();
        assert!(banc.comptes.identify(&token).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn the_keys_of_a_session_open_the_own_centres_and_no_other_vault() {
        let banc = Banc::new().await;
        let charge = role(Role::ChargeDeMission, None);
        banc.invite("admin", "charge", charge).await;
        // Without the wall, by the workshop itself: the keys alone decide.
        let found = |cles: &Ouverture| {
            banc.atelier.find_dossiers_with(cles, LYON, "ZQCANARI").unwrap().len()
        };
        assert_eq!(found(&Ouverture::default()), 1, "the machine holds the master key");
        assert_eq!(found(&Ouverture::none()), 0);
        for (nom, expected) in [("directeur", 1), ("referent", 1), ("admin", 0), ("charge", 0)] {
            let (_, cles, _) = banc.sign_in(nom).await;
            assert_eq!(found(&cles), expected, "{nom}");
        }
        // Once the key is taken, the session that has it is held to its centre all the same.
        let (directeur, _, token) = banc.sign_in("directeur").await;
        banc.comptes.take_key(&directeur, &token, LYON).await.unwrap();
        let (_, cles) = banc.identify(&token).await;
        assert_eq!((found(&cles), found(&Ouverture::default())), (1, 0));
    }

    #[tokio::test]
    async fn a_server_started_again_opens_nothing_until_the_password_is_given() {
        let banc = Banc::new().await;
        let (directeur, _, token) = banc.sign_in("directeur").await;
        banc.comptes.take_key(&directeur, &token, LYON).await.unwrap();
        let Banc { dir, atelier, comptes, mur } = banc;
        drop((atelier, comptes, mur));
        let (atelier, comptes, mur) = open(dir.path()).await;
        let banc = Banc { dir, atelier, comptes, mur };
        let (directeur, cles) = banc.identify(&token).await;
        assert_eq!(banc.finds(&directeur, &cles), 0, "the session lives, its vault does not");
        assert!(directeur.fermes.contains(LYON), "which is said");
        let wrong = banc.comptes.unlock(&token, password("faux"), &origine()).await.unwrap_err();
        assert!(wrong.0.contains("mot de passe"), "{wrong}");
        banc.comptes.unlock(&token, password(MOT_DE_PASSE), &origine()).await.unwrap();
        let (directeur, cles) = banc.identify(&token).await;
        assert_eq!(banc.finds(&directeur, &cles), 1);
        assert!(directeur.fermes.is_empty());
    }

    #[tokio::test]
    async fn a_link_of_password_opens_the_account_and_no_name() {
        let banc = Banc::new().await;
        banc.sign_in("referent").await;
        let (directeur, _, token) = banc.sign_in("directeur").await;
        banc.comptes.take_key(&directeur, &token, LYON).await.unwrap();
        // The own change of password keeps the names.
        let (_, _, own) = banc.sign_in("referent").await;
        let (first, second) = ("une autre phrase de passe", "encore une phrase de passe");
        let changed = banc
            .comptes
            .change_password(&own, password(MOT_DE_PASSE), password(first), &origine())
            .await;
        changed.unwrap();
        let (referent, cles, _) = banc.sign_in_with("referent", first).await;
        assert_eq!(banc.finds(&referent, &cles), 1);
        // A link does not: who made it, or stole it, would read them.
        let by = (directeur.id.as_str(), &*directeur.acces);
        let Lien::ATransmettre { lien, .. } =
            banc.comptes.make_reset(by, &referent.id).await.unwrap()
        else {
            panic!("no mail is sent here")
        };
        let link = lien.rsplit('/').next().unwrap();
        banc.comptes.reset(link, password(second)).await.unwrap();
        let (referent, cles, _) = banc.sign_in_with("referent", second).await;
        assert_eq!(banc.finds(&referent, &cles), 0);
        assert!(referent.fermes.contains(LYON));
        // The director hands another share on: it is a decision of the centre.
        let states = banc.comptes.key_states(&directeur, &token).await.unwrap();
        assert_eq!(states[0].sans_part, [("referent".to_owned(), true)]);
        assert_eq!(banc.comptes.give_parts(&directeur, &token, LYON).await.unwrap(), 1);
        let (referent, cles, _) = banc.sign_in_with("referent", second).await;
        assert_eq!(banc.finds(&referent, &cles), 1);
    }

    #[tokio::test]
    async fn who_leaves_opens_nothing_and_who_arrives_is_handed_a_share() {
        let banc = Banc::new().await;
        let (referent, _, _) = banc.sign_in("referent").await;
        let (directeur, _, token) = banc.sign_in("directeur").await;
        banc.comptes.take_key(&directeur, &token, LYON).await.unwrap();
        banc.invite("directeur", "nouvelle", role(Role::Referent, Some(LYON))).await;
        let (nouvelle, cles, _) = banc.sign_in("nouvelle").await;
        assert_eq!(banc.finds(&nouvelle, &cles), 0, "no share yet");
        let states = banc.comptes.key_states(&directeur, &token).await.unwrap();
        assert_eq!(states[0].sans_part, [("nouvelle".to_owned(), true)]);
        assert_eq!(banc.comptes.give_parts(&directeur, &token, LYON).await.unwrap(), 1);
        let (nouvelle, cles, _) = banc.sign_in("nouvelle").await;
        assert_eq!(banc.finds(&nouvelle, &cles), 1);

        let by = (directeur.id.as_str(), &*directeur.acces);
        let people = banc.comptes.people(&directeur.acces).await.unwrap();
        let held = people.iter().find(|known| known.id == referent.id).unwrap().roles[0].rang;
        banc.comptes.take_back(by, held).await.unwrap();
        banc.comptes.replace_half(&directeur, &token, LYON).await.unwrap();
        let states = banc.comptes.key_states(&directeur, &token).await.unwrap();
        assert_eq!(states[0].porteurs, ["directeur", "nouvelle"]);
        let (_, cles, _) = banc.sign_in("referent").await;
        // Even behind no wall, what that session opened is nothing.
        let found = mallette_app::port::Atelier::find_dossiers_with(
            &*banc.atelier,
            &cles,
            LYON,
            "ZQCANARI",
        )
        .unwrap();
        assert!(found.is_empty());
    }

    #[tokio::test]
    async fn a_replacement_that_is_cut_loses_nobody_their_names() {
        let banc = Banc::new().await;
        banc.sign_in("referent").await;
        let (directeur, _, token) = banc.sign_in("directeur").await;
        let phrase = banc.comptes.take_key(&directeur, &token, LYON).await.unwrap();
        // The shares of the half to come are stored; the key itself cannot be written.
        let (file, aside) = (banc.dir.path().join("cles/69382S00.cle"), banc.dir.path().join("k"));
        fs::rename(&file, &aside).unwrap();
        banc.comptes.replace_half(&directeur, &token, LYON).await.unwrap_err();
        fs::rename(&aside, &file).unwrap();
        for who in ["directeur", "referent"] {
            let (personne, cles, _) = banc.sign_in(who).await;
            assert_eq!(banc.finds(&personne, &cles), 1, "{who}");
        }
        let (directeur, _, token) = banc.sign_in("directeur").await;
        banc.comptes.recover(&directeur, &token, LYON, &phrase, &origine()).await.unwrap();
        // Done again, it ends.
        banc.comptes.replace_half(&directeur, &token, LYON).await.unwrap();
        let (referent, cles, _) = banc.sign_in("referent").await;
        assert_eq!(banc.finds(&referent, &cles), 1);
        let gone = banc.comptes.recover(&directeur, &token, LYON, &phrase, &origine()).await;
        assert!(gone.is_err(), "the former phrase opens nothing any more");
    }

    #[tokio::test]
    async fn the_phrase_opens_when_every_share_is_lost_and_the_key_can_be_given_back() {
        let banc = Banc::new().await;
        let (directeur, _, token) = banc.sign_in("directeur").await;
        let phrase = banc.comptes.take_key(&directeur, &token, LYON).await.unwrap();
        // The only director forgets the password, and chooses another by a link.
        banc.invite("directeur", "adjointe", role(Role::Directeur, Some(LYON))).await;
        let (adjointe, cles, own) = banc.sign_in("adjointe").await;
        assert_eq!(banc.finds(&adjointe, &cles), 0);
        let wrong = "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa";
        assert!(banc.comptes.recover(&adjointe, &own, LYON, wrong, &origine()).await.is_err());
        banc.comptes.recover(&adjointe, &own, LYON, &phrase, &origine()).await.unwrap();
        let (adjointe, cles) = banc.identify(&own).await;
        assert_eq!(banc.finds(&adjointe, &cles), 1);
        let (adjointe, cles, own) = banc.sign_in("adjointe").await;
        assert_eq!(banc.finds(&adjointe, &cles), 1, "with a share from now on");
        banc.comptes.renounce(&adjointe, &own, LYON).await.unwrap();
        assert_eq!(banc.machine_finds(), 1);
        let found = banc.comptes.verify_trace().await.unwrap();
        assert!(found.rupture.is_none(), "{found:?}");
    }

    #[tokio::test]
    async fn an_emergency_opens_the_whole_centre_for_a_while_and_its_director_knows() {
        let banc = Banc::new().await;
        banc.invite("directeur", "conseiller", role(Role::Conseiller, Some(LYON))).await;
        let (conseiller, _, token) = banc.sign_in("conseiller").await;
        assert_eq!(conseiller.acces.emergency_centres(), [LYON]);
        let short = banc.comptes.open_emergency(&conseiller, LYON, "vite").await.unwrap_err();
        assert!(short.0.contains("motif"), "{short}");
        for (who, centre) in [("admin", LYON), ("directeur", LYON), ("conseiller", "38185S00")] {
            let (personne, _, _) = banc.sign_in(who).await;
            let reason = "Un jeune est en danger ce soir, son conseiller est absent";
            assert!(banc.comptes.open_emergency(&personne, centre, reason).await.is_err(), "{who}");
        }
        let reason = "Un jeune est en danger ce soir, son conseiller est absent";
        banc.comptes.open_emergency(&conseiller, LYON, reason).await.unwrap();
        let (conseiller, _) = banc.identify(&token).await;
        let whole = mallette_domain::acces::Noms::Centre;
        assert_eq!(conseiller.acces.names_of(LYON), Some(whole.clone()));
        let (directeur, _, _) = banc.sign_in("directeur").await;
        assert_eq!(directeur.urgences, 1, "told on every page");
        let told = banc.comptes.emergencies(&directeur).await.unwrap();
        assert_eq!(
            (told[0].motif.as_deref(), told[0].personne.as_str()),
            (Some(reason), "conseiller")
        );
        let own = banc.comptes.acknowledge_emergency(&conseiller, &told[0].id, true).await;
        assert!(own.is_err(), "who opened it does not take note of it");
        banc.comptes.acknowledge_emergency(&directeur, &told[0].id, true).await.unwrap();
        let (conseiller, _) = banc.identify(&token).await;
        assert_ne!(conseiller.acces.names_of(LYON), Some(whole), "closed at once");
        let (directeur, _, _) = banc.sign_in("directeur").await;
        assert_eq!(directeur.urgences, 0);
    }

    #[tokio::test]
    async fn the_data_directory_and_the_master_key_together_give_no_name_once_taken() {
        let banc = Banc::new().await;
        let (directeur, _, token) = banc.sign_in("directeur").await;
        banc.comptes.take_key(&directeur, &token, LYON).await.unwrap();
        let (_, cles) = banc.identify(&token).await;
        banc.import("11-06", &cles).await.unwrap();
        // A copy of everything, and the right master key.
        let thief = tempfile::tempdir().unwrap();
        copy(banc.dir.path(), thief.path());
        let (stolen, _, mur) = open(thief.path()).await;
        assert!(mur.whole().find_dossiers(LYON, "ZQCANARI").unwrap().is_empty());
        let version = stolen.perimetre(None).await.unwrap().versions[LYON].id.clone();
        assert!(stolen.real_ids(LYON, &version).is_err());
    }

    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let target = to.join(entry.file_name());
            match entry.file_type().unwrap().is_dir() {
                true => copy(&entry.path(), &target),
                false => drop(fs::copy(entry.path(), target).unwrap()),
            }
        }
    }
}
