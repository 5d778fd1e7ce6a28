//! The faults of real entry, one per way most rules of the catalogue can be broken, and how often
//! each happens: a usual rate, times the care of the centre, of the conseiller, and of the
//! centre for that very matter.

use crate::tirage::Tirage;

macro_rules! fautes {
    ($($(#[$doc:meta])* $name:ident = $rate:literal,)*) => {
        /// One way to enter something wrong; the comment names the rule that looks for it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Faute {
            $($(#[$doc])* $name,)*
        }

        impl Faute {
            /// Every fault.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];
            /// How often it happens in an average centre, out of ten thousand occasions.
            const fn rate(self) -> u32 {
                match self { $(Self::$name => $rate,)* }
            }
        }
    };
}

fautes! {
    /// DOS-01.
    SansNaissance = 80,
    /// DOS-01, GJ-04.
    AgeHorsLimites = 180,
    /// DOS-02.
    AccueilFutur = 60,
    /// DOS-03.
    NonJustifie = 600,
    /// DOS-04.
    SansNiveau = 350,
    /// DOS-05.
    SansQpv = 500,
    /// DOS-06.
    SansConseiller = 250,
    /// DOS-06.
    ConseillerParti = 400,
    /// DOS-07.
    StatutClos = 250,
    /// DOS-08.
    Homonyme = 90,
    /// DOS-09.
    AuDelaDeLAge = 1_500,
    /// DOS-10.
    CouvertureInconnue = 700,
    /// DIA-01, PAC-01, MARGE-04.
    SansDiagnostic = 600,
    /// DIA-02.
    DiagnosticLong = 800,
    /// DIA-06.
    DiagnosticTresLong = 250,
    /// DIA-03.
    DiagnosticSansMotif = 400,
    /// DIA-04.
    OrientationSansSuite = 450,
    /// DIA-05.
    DiagnosticDouble = 150,
    /// PAC-01.
    PaceaAvantDiagnostic = 150,
    /// PAC-02.
    PaceaTardif = 600,
    /// PAC-03.
    PaceaTropLong = 250,
    /// PAC-04.
    FinPrevueTropLoin = 200,
    /// PAC-05.
    JamaisEntre = 200,
    /// PAC-06.
    PaceaSansMotif = 400,
    /// PAC-07.
    SortieSansSituation = 550,
    /// PAC-08.
    MotifNegatif = 500,
    /// PAC-09.
    PaceaDouble = 90,
    /// PAC-10.
    SecondSansDiagnostic = 700,
    /// PAC-13.
    SansContact = 900,
    /// PAC-14.
    SansEmploiDurable = 400,
    /// EVT-01.
    SansProposition = 2_000,
    /// EVT-02.
    PresentFutur = 120,
    /// EVT-03.
    ConseillerInconnu = 120,
    /// EVT-05.
    EvenementDouble = 90,
    /// EVT-06.
    ResteEnAttente = 350,
    /// EVT-07.
    AvantAccueil = 80,
    /// PRO-01.
    ResteePrescrite = 280,
    /// PRO-02.
    SansRealisation = 400,
    /// PRO-04.
    SansEvenement = 450,
    /// SIT-01.
    SansDebut = 90,
    /// SIT-01.
    FinAvantDebut = 60,
    /// SIT-02.
    EtatFaux = 350,
    /// SIT-03.
    SituationsIncompatibles = 150,
    /// SIT-05.
    ImmersionLongue = 500,
    /// SIT-06.
    AlternanceSansType = 500,
    /// SIT-07.
    EmploiSansType = 400,
    /// GJ-01.
    GarantieHorsPacea = 200,
    /// GJ-02.
    GarantieLongue = 250,
    /// GJ-03: a few entries go on after the end of the Garantie jeunes, as the published series shows.
    GarantieApresFin = 100,
    /// CEJ-01.
    CejLong = 250,
    /// CEJ-05.
    CejSurGarantie = 400,
    /// PIAL-01.
    PialIrregulier = 700,
    /// ALL-01.
    PlafondMois = 130,
    /// ALL-02.
    PlafondAnnee = 200,
    /// ALL-04.
    AllocationDouble = 250,
    /// ALL-05.
    AllocationHorsPacea = 150,
    /// ALL-07.
    SansRetour = 150,
    /// ALL-10.
    MontantNul = 100,
    /// REF-01.
    Orphelin = 8,
    /// DOS-11.
    SansSexe = 60,
    /// DOS-13.
    SansNationalite = 150,
    /// DOS-15.
    SansAdresse = 120,
    /// DOS-12.
    SansZrr = 200,
    /// DOS-17.
    RqthInconnue = 500,
    /// DOS-14.
    SansStatutDossier = 25,
    /// CONT-06.
    FicheFigee = 200,
    /// DIA-07.
    DiagnosticOuvert = 120,
    /// DIA-08.
    DiagnosticMalMotive = 150,
    /// PAR-01.
    FinAvantEntree = 20,
    /// PAR-02.
    EntreeAvantInitialisation = 60,
    /// PAR-07.
    MotifSansFin = 80,
    /// PAR-09.
    MotifMaison = 80,
    /// PAR-10.
    MotifDeDiagnostic = 60,
    /// PAR-11.
    SansMotif = 300,
    /// PAR-12.
    ParcoursDouble = 60,
    /// PAR-14.
    MotifAge = 400,
    /// EVT-08.
    CompteParti = 60,
    /// EVT-10.
    DureeFausse = 100,
    /// EVT-11.
    SansType = 30,
    /// EVT-15.
    EvenementLointain = 300,
    /// EVT-16.
    SansStatutEvenement = 50,
    /// VOL-03: in one centre out of nine.
    MoisOublie = 9_000,
    /// PRO-06.
    RealisationAvant = 60,
    /// PRO-07.
    EtatPasSuivi = 120,
    /// PRO-08.
    SansEtat = 30,
    /// PRO-09.
    SansFamille = 60,
    /// PRO-11.
    EvenementManque = 60,
    /// PRO-12.
    DateLointaine = 80,
    /// REF-04.
    EvenementDAutrui = 30,
    /// REF-06.
    FamilleFausse = 60,
    /// SIT-11.
    SansEtatSituation = 30,
    /// SIT-15.
    HeuresDuMois = 100,
    /// SIT-16.
    ApprentiEnEmploi = 200,
    /// SIT-17.
    CddMalClasse = 300,
    /// SIT-19.
    CdiAvecFin = 300,
    /// SIT-20.
    SituationDouble = 80,
    /// SIT-21.
    FinNonSuivie = 120,
    /// ALL-06, ALL-19.
    ResteEnregistree = 500,
    /// ALL-11.
    MauvaisContrat = 100,
    /// ALL-14.
    PayeTrop = 50,
    /// ALL-15.
    SansRetourPaye = 60,
    /// ALL-16.
    RetourAvantEnvoi = 30,
    /// ALL-17.
    SansStatutAllocation = 60,
    /// ALL-21.
    AnnuleePayee = 400,
    /// ALL-22.
    CejTropHaut = 60,
}

/// How careful a centre is: in thousandths, 1000 for the average, more for more faults.
#[derive(Debug, Clone)]
pub(crate) struct Qualite {
    centre: u32,
    matieres: Vec<u32>,
}

impl Qualite {
    /// Draws the care of a centre, from 0.3 to 3 times the usual faults, and for each matter
    /// from 0.4 to 1.8 times its own.
    pub(crate) fn new(tirage: &mut Tirage) -> Self {
        let centre = if tirage.chance(5_500) {
            300 + tirage.below(700)
        } else {
            1_000 + tirage.below(2_001)
        };
        // Those that came later have no care of their own: a centre keeps its draws.
        let first = Faute::ALL.iter().take(Faute::Orphelin as usize + 1);
        let matieres = first.map(|_| 400 + tirage.below(1_401)).collect();
        Self { centre, matieres }
    }

    /// A centre that never errs.
    #[cfg(test)]
    pub(crate) fn perfect() -> Self {
        Self { centre: 0, matieres: Vec::new() }
    }

    /// The factor of the whole centre, in thousandths.
    #[cfg(test)]
    pub(crate) fn centre(&self) -> u32 {
        self.centre
    }
}

/// The care with which one dossier is entered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Soin<'a> {
    /// Of its centre.
    pub(crate) qualite: &'a Qualite,
    /// Of its conseiller, in thousandths.
    pub(crate) conseiller: u32,
}

impl Soin<'_> {
    /// Whether this fault is made on this occasion; at most three times out of five.
    pub(crate) fn fails(self, faute: Faute, tirage: &mut Tirage) -> bool {
        tirage.chance(self.rate(faute))
    }

    fn rate(self, faute: Faute) -> u32 {
        let matiere = self.qualite.matieres.get(faute as usize).copied().unwrap_or(1_000);
        let factors = [self.qualite.centre, self.conseiller, matiere];
        let rate = factors.into_iter().fold(u64::from(faute.rate()), |rate, factor| {
            // Two more digits while multiplying, so that small rates are not rounded away.
            rate * u64::from(factor) / 10
        });
        u32::try_from(rate / 1_000_000).unwrap_or(u32::MAX).min(6_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn care_multiplies_the_usual_rate_and_is_capped() {
        let soin = |centre, matiere, conseiller| {
            let qualite = Qualite { centre, matieres: vec![matiere; Faute::ALL.len()] };
            Soin { qualite: &qualite, conseiller }.rate(Faute::Orphelin)
        };
        assert_eq!(soin(1_000, 1_000, 1_000), 8);
        assert_eq!(soin(3_000, 1_000, 1_000), 24);
        assert_eq!(soin(3_000, 500, 2_000), 24);
        assert_eq!(soin(300_000, 100_000, 1_000), 6_000);
    }

    #[test]
    fn centres_spread_from_careful_to_careless() {
        let factors: Vec<u32> =
            (0..200).map(|seed| Qualite::new(&mut Tirage::new(&[seed])).centre()).collect();
        assert!(factors.iter().all(|factor| (300..=3_000).contains(factor)));
        assert!(factors.iter().any(|factor| *factor < 400));
        assert!(factors.iter().any(|factor| *factor > 2_600));
    }

    #[test]
    fn every_fault_is_made_somewhere() {
        let lives = [
            include_str!("vie/allocation.rs"),
            include_str!("vie/contact.rs"),
            include_str!("vie/erreur.rs"),
            include_str!("vie/identite.rs"),
            include_str!("vie/passage.rs"),
            include_str!("vie/situation.rs"),
            include_str!("vie.rs"),
        ]
        .concat();
        for faute in Faute::ALL {
            let name = format!("Faute::{faute:?}");
            let made = lives.match_indices(&name).any(|(at, _)| {
                !lives[at + name.len()..].starts_with(|next: char| next.is_alphanumeric())
            });
            assert!(made, "{name}");
        }
    }
}
