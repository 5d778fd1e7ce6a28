//! Who may see what: roles, the habilitations that give them, and the access that they add up to.
//!
//! Pure data and pure questions, so that pages, jobs and commands ask the same ones. The strict
//! reading of I-MILO's decree holds (2015 wording: nominative data for the centre's own staff,
//! anonymised data for a regional association).

use std::collections::BTreeSet;

use jiff::civil::Date;

/// What a person does in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Follows young persons in a centre: names, own portfolio or the whole centre.
    Conseiller,
    /// Brings the extracts of a centre and corrects its data: names, whole centre.
    Referent,
    /// Answers for a centre: names, whole centre, people and trace of that centre.
    Directeur,
    /// Animates the network from the regional association: every centre, never a name.
    ChargeDeMission,
    /// Runs the installation: accounts, parameters, jobs; no figure, no name by this role alone.
    Administrateur,
    /// Funds the network: what is published to it, and nothing else.
    Financeur,
    /// Checks the trace of every reading and act; no figure, no name.
    Auditeur,
}

impl Role {
    /// Every role, in the order in which pages list them.
    pub const ALL: [Self; 7] = [
        Self::Conseiller,
        Self::Referent,
        Self::Directeur,
        Self::ChargeDeMission,
        Self::Administrateur,
        Self::Financeur,
        Self::Auditeur,
    ];

    /// The code stored and read in files.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Conseiller => "conseiller",
            Self::Referent => "referent",
            Self::Directeur => "directeur",
            Self::ChargeDeMission => "charge_de_mission",
            Self::Administrateur => "administrateur",
            Self::Financeur => "financeur",
            Self::Auditeur => "auditeur",
        }
    }

    /// The role of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// What a page calls it.
    #[must_use]
    pub const fn libelle(self) -> &'static str {
        match self {
            Self::Conseiller => "Conseiller",
            Self::Referent => "Référent",
            Self::Directeur => "Directeur",
            Self::ChargeDeMission => "Chargé de mission",
            Self::Administrateur => "Administrateur régional",
            Self::Financeur => "Financeur",
            Self::Auditeur => "Auditeur",
        }
    }

    /// Whether the role is held in one centre; the others are held for the whole network.
    #[must_use]
    pub const fn is_of_centre(self) -> bool {
        matches!(self, Self::Conseiller | Self::Referent | Self::Directeur)
    }

    /// Whether the role gives names, and so asks for a second factor.
    #[must_use]
    pub const fn sees_names(self) -> bool {
        self.is_of_centre()
    }
}

/// A role held by a person, where and when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Habilitation {
    /// The role.
    pub role: Role,
    /// I-MILO code of the centre; none for a role of the network.
    pub structure_id: Option<String>,
    /// The conseiller of I-MILO that this person is, in that centre: the portfolio of a conseiller.
    pub conseiller_id: Option<String>,
    /// First day on which it holds; none when it always did.
    pub debut: Option<Date>,
    /// Last day on which it holds (an interim); none when it has no end.
    pub fin: Option<Date>,
}

impl Habilitation {
    /// Whether it says what its role needs: a centre for a role of a centre, none for the others.
    #[must_use]
    pub fn is_coherent(&self) -> bool {
        let dates = match (self.debut, self.fin) {
            (Some(debut), Some(fin)) => debut <= fin,
            _ => true,
        };
        let portfolio = self.conseiller_id.is_none() || self.role.is_of_centre();
        self.role.is_of_centre() == self.structure_id.is_some() && portfolio && dates
    }

    /// Whether it holds on that day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.debut.is_none_or(|debut| debut <= day) && self.fin.is_none_or(|fin| day <= fin)
    }
}

/// Whose names of a centre a person may read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noms {
    /// Those of the whole centre.
    Centre,
    /// Those of the dossiers that these conseillers follow.
    Portefeuilles(BTreeSet<String>),
}

/// What a person may see and do on a given day: the sum of the habilitations that hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Acces {
    habilitations: Vec<Habilitation>,
    /// Centres whose director lets every conseiller read the whole centre.
    centres_ouverts: BTreeSet<String>,
    /// Centres whose director lets every conseiller read the figures of colleagues, without saying whose.
    centres_chiffres: BTreeSet<String>,
}

impl Acces {
    /// Those habilitations that hold on that day. `centres_ouverts` are the centres whose director
    /// lets every conseiller read the whole centre.
    #[must_use]
    pub fn on(
        day: Date,
        habilitations: &[Habilitation],
        centres_ouverts: BTreeSet<String>,
    ) -> Self {
        let held = |h: &&Habilitation| h.is_coherent() && h.holds_on(day);
        let habilitations = habilitations.iter().filter(held).cloned().collect();
        Self { habilitations, centres_ouverts, centres_chiffres: BTreeSet::new() }
    }

    /// The same, these centres letting their conseillers read the figures of each other, without saying
    /// whose.
    #[must_use]
    pub fn with_figures(mut self, centres: BTreeSet<String>) -> Self {
        self.centres_chiffres = centres;
        self
    }

    /// Whether the figures of colleagues may be read in that centre, without saying whose: a conseiller of
    /// it whose director lets them. Who reads the whole centre has no need of it.
    #[must_use]
    pub fn reads_colleagues(&self, structure_id: &str) -> bool {
        self.centres_chiffres.contains(structure_id)
            && matches!(self.names_of(structure_id), Some(Noms::Portefeuilles(_)))
    }

    /// The habilitations that hold.
    #[must_use]
    pub fn habilitations(&self) -> &[Habilitation] {
        &self.habilitations
    }

    /// Whether nothing is open to this person.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.habilitations.is_empty()
    }

    /// Whether the role is held, in any centre.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.habilitations.iter().any(|h| h.role == role)
    }

    /// Whether the role is held in that centre.
    #[must_use]
    pub fn has_in(&self, role: Role, structure_id: &str) -> bool {
        self.in_centre(structure_id).any(|h| h.role == role)
    }

    /// The centres in which a role is held.
    #[must_use]
    pub fn centres(&self) -> BTreeSet<&str> {
        self.habilitations.iter().filter_map(|h| h.structure_id.as_deref()).collect()
    }

    /// Whether a role is held in that centre.
    #[must_use]
    pub fn has_centre(&self, structure_id: &str) -> bool {
        self.in_centre(structure_id).next().is_some()
    }

    /// The same, with the whole of these centres open to a conseiller of theirs: an emergency.
    #[must_use]
    pub fn with_open(mut self, centres: impl IntoIterator<Item = String>) -> Self {
        self.centres_ouverts.extend(centres);
        self
    }

    /// Whether the figures of every centre may be read, by centre and under its name.
    #[must_use]
    pub fn reads_network(&self) -> bool {
        self.has(Role::ChargeDeMission)
    }

    /// Whether the figures of that centre may be read.
    #[must_use]
    pub fn reads_centre(&self, structure_id: &str) -> bool {
        self.reads_network() || self.in_centre(structure_id).next().is_some()
    }

    /// Whether some figures may be read: those of a centre, or of the network.
    #[must_use]
    pub fn reads_figures(&self) -> bool {
        self.reads_network() || !self.centres().is_empty()
    }

    /// Whose names of that centre may be read; none when no name may.
    #[must_use]
    pub fn names_of(&self, structure_id: &str) -> Option<Noms> {
        let mut portfolios = BTreeSet::new();
        for h in self.in_centre(structure_id) {
            match h.role {
                Role::Conseiller if !self.centres_ouverts.contains(structure_id) => {
                    portfolios.extend(h.conseiller_id.clone());
                }
                _ => return Some(Noms::Centre),
            }
        }
        (!portfolios.is_empty()).then_some(Noms::Portefeuilles(portfolios))
    }

    /// The centres in which an emergency access may be opened: a role there, and not the whole of its
    /// names.
    #[must_use]
    pub fn emergency_centres(&self) -> Vec<String> {
        let partial = |id: &&str| self.names_of(id) != Some(Noms::Centre);
        self.centres().into_iter().filter(partial).map(str::to_owned).collect()
    }

    /// Whether extracts of that centre may be imported, and imports of it undone.
    #[must_use]
    pub fn imports_for(&self, structure_id: &str) -> bool {
        let brings = |h: &Habilitation| matches!(h.role, Role::Referent | Role::Directeur);
        self.in_centre(structure_id).any(brings)
    }

    /// Whether that role may be given, or taken back, by a person with this access: a director for
    /// the own centre, an administrator for the network. An administrator appoints the first
    /// director of a centre, and nobody else of it: names are the centre's to open.
    #[must_use]
    pub fn may_give(&self, habilitation: &Habilitation, has_director: bool) -> bool {
        if !habilitation.is_coherent() {
            return false;
        }
        let Some(centre) = &habilitation.structure_id else {
            return self.has(Role::Administrateur);
        };
        let first = habilitation.role == Role::Directeur && !has_director;
        self.has_in(Role::Directeur, centre) || (first && self.has(Role::Administrateur))
    }

    /// Whether a function may be given in that centre, or taken back: it opens nothing, and is for who
    /// knows the team, the director or the administrator of the network.
    #[must_use]
    pub fn may_give_fonction(&self, structure_id: &str) -> bool {
        self.has_in(Role::Directeur, structure_id) || self.has(Role::Administrateur)
    }

    /// Whether who holds a function in that centre may be read, under their professional name: by the
    /// centre's own people, by who animates the network or runs the installation.
    #[must_use]
    pub fn reads_directory(&self, structure_id: &str) -> bool {
        self.reads_centre(structure_id) || self.has(Role::Administrateur)
    }

    /// Whether a second factor is asked for: some role gives names, or gives roles.
    #[must_use]
    pub fn needs_second_factor(&self) -> bool {
        let strong = |h: &Habilitation| h.role.sees_names() || h.role == Role::Administrateur;
        self.habilitations.iter().any(strong)
    }

    fn in_centre<'a>(&'a self, structure_id: &'a str) -> impl Iterator<Item = &'a Habilitation> {
        self.habilitations.iter().filter(move |h| h.structure_id.as_deref() == Some(structure_id))
    }
}

/// What a page or an act asks of who wants it, whichever centre it is about: the centre itself is
/// the business of the wall, behind which other centres are not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exigence {
    /// Nothing: the way in, and what it is made of.
    Publique,
    /// To be signed in.
    Personne,
    /// To read figures, of a centre or of the network.
    Chiffres,
    /// To follow the anomalies of a centre: those of a portfolio at least.
    Suivi,
    /// To be told what deserves attention: who reads figures, who runs the installation.
    Alertes,
    /// To read the figures of every centre.
    Reseau,
    /// To bring the extracts of a centre.
    Importation,
    /// To read who holds which function: in a centre, or in all.
    Annuaire,
    /// To give accounts: for a centre, or for the network.
    Comptes,
    /// To run the installation.
    Administration,
    /// To answer for a centre.
    Direction,
    /// To read the trace: of a centre, or of all.
    Trace,
    /// To read what is published to funders.
    Publications,
    /// To write rules: for a centre, or for the network.
    Redaction,
    /// To set targets: of a centre, or of the network.
    Objectifs,
}

impl Exigence {
    /// Every one, in the order of the declaration.
    pub const ALL: [Self; 15] = [
        Self::Publique,
        Self::Personne,
        Self::Chiffres,
        Self::Suivi,
        Self::Alertes,
        Self::Reseau,
        Self::Importation,
        Self::Annuaire,
        Self::Comptes,
        Self::Administration,
        Self::Direction,
        Self::Trace,
        Self::Publications,
        Self::Redaction,
        Self::Objectifs,
    ];

    /// Whether what asks for this is, for a person with that access, a way to run the installation: its administration, and the accounts
    /// when its administrator gives them.
    #[must_use]
    pub fn administers(self, acces: &Acces) -> bool {
        match self {
            Self::Administration => true,
            Self::Comptes => acces.has(Role::Administrateur),
            _ => false,
        }
    }

    /// Whether a person signed in with that access may pass.
    #[must_use]
    pub fn admits(self, acces: &Acces) -> bool {
        let has = |roles: &[Role]| roles.iter().any(|role| acces.has(*role));
        match self {
            Self::Publique | Self::Personne => true,
            Self::Chiffres => acces.reads_figures(),
            Self::Suivi => has(&[Role::Conseiller, Role::Referent, Role::Directeur]),
            Self::Alertes => crate::alerte::are_for(acces),
            Self::Reseau => acces.reads_network(),
            Self::Importation => has(&[Role::Referent, Role::Directeur]),
            Self::Annuaire => acces.reads_figures() || has(&[Role::Administrateur]),
            Self::Comptes => has(&[Role::Directeur, Role::Administrateur]),
            Self::Administration => has(&[Role::Administrateur]),
            Self::Direction => has(&[Role::Directeur]),
            Self::Trace => has(&[Role::Directeur, Role::Auditeur]),
            Self::Publications => has(&[Role::Financeur, Role::ChargeDeMission]),
            Self::Redaction => has(&[Role::Referent, Role::Directeur, Role::ChargeDeMission]),
            Self::Objectifs => has(&[Role::Directeur, Role::ChargeDeMission, Role::Administrateur]),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn held(role: Role, structure_id: Option<&str>, conseiller_id: Option<&str>) -> Habilitation {
        Habilitation {
            role,
            structure_id: structure_id.map(str::to_owned),
            conseiller_id: conseiller_id.map(str::to_owned),
            debut: None,
            fin: None,
        }
    }

    fn acces(habilitations: &[Habilitation]) -> Acces {
        Acces::on(date(2026, 11, 25), habilitations, BTreeSet::new())
    }

    #[test]
    fn codes_are_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
        assert_eq!(Role::from_code("Directeur"), None);
    }

    #[test]
    fn a_role_of_the_network_never_gives_a_name() {
        for role in Role::ALL.into_iter().filter(|role| !role.is_of_centre()) {
            let acces = acces(&[held(role, None, None)]);
            assert_eq!(acces.names_of("A"), None, "{role:?}");
            assert!(!acces.imports_for("A"), "{role:?}");
        }
    }

    #[test]
    fn a_role_in_a_centre_gives_nothing_of_another() {
        for role in Role::ALL.into_iter().filter(|role| role.is_of_centre()) {
            let acces = acces(&[held(role, Some("A"), Some("C1"))]);
            assert!(acces.reads_centre("A") && !acces.reads_centre("B"), "{role:?}");
            assert!(acces.names_of("A").is_some() && acces.names_of("B").is_none(), "{role:?}");
            assert!(!acces.reads_network(), "{role:?}");
        }
    }

    #[test]
    fn a_conseiller_reads_own_portfolio_unless_the_director_opens_the_centre() {
        let conseiller = [held(Role::Conseiller, Some("A"), Some("C1"))];
        let own = Noms::Portefeuilles(["C1".to_owned()].into());
        assert_eq!(acces(&conseiller).names_of("A"), Some(own));
        let open = Acces::on(date(2026, 11, 25), &conseiller, ["A".to_owned()].into());
        assert_eq!(open.names_of("A"), Some(Noms::Centre));
        let emergency = acces(&conseiller).with_open(["A".to_owned(), "B".to_owned()]);
        assert_eq!(emergency.names_of("A"), Some(Noms::Centre));
        assert_eq!(
            emergency.names_of("B"),
            None,
            "an emergency opens no centre without a role in it"
        );
        // Without a portfolio there is no name to read, and no more by mistake.
        assert_eq!(acces(&[held(Role::Conseiller, Some("A"), None)]).names_of("A"), None);
    }

    #[test]
    fn figures_of_colleagues_are_open_where_the_director_says_so_and_to_conseillers_alone() {
        let open = |role, centre: Option<&str>, conseiller: Option<&str>| {
            acces(&[held(role, centre, conseiller)]).with_figures(["A".to_owned()].into())
        };
        let conseiller = open(Role::Conseiller, Some("A"), Some("C1"));
        assert!(conseiller.reads_colleagues("A"));
        let own = Noms::Portefeuilles(["C1".to_owned()].into());
        assert_eq!(conseiller.names_of("A"), Some(own), "no name more");
        assert!(!conseiller.reads_colleagues("B"));
        // Not for who has no portfolio there, works elsewhere, animates the network, or reads everything.
        assert!(!open(Role::Conseiller, Some("A"), None).reads_colleagues("A"));
        assert!(!open(Role::Conseiller, Some("B"), Some("C1")).reads_colleagues("A"));
        assert!(!open(Role::ChargeDeMission, None, None).reads_colleagues("A"));
        assert!(!open(Role::Directeur, Some("A"), None).reads_colleagues("A"));
        assert!(!acces(&[held(Role::Conseiller, Some("A"), Some("C1"))]).reads_colleagues("A"));
    }

    #[test]
    fn functions_are_given_and_read_where_one_answers_or_works() {
        let admin = acces(&[held(Role::Administrateur, None, None)]);
        let director = acces(&[held(Role::Directeur, Some("A"), None)]);
        let charge = acces(&[held(Role::ChargeDeMission, None, None)]);
        assert!(admin.may_give_fonction("A") && director.may_give_fonction("A"));
        assert!(!director.may_give_fonction("B") && !charge.may_give_fonction("A"));
        assert!(admin.reads_directory("B") && charge.reads_directory("B"));
        assert!(director.reads_directory("A") && !director.reads_directory("B"));
        for role in [Role::Financeur, Role::Auditeur] {
            let acces = acces(&[held(role, None, None)]);
            assert!(!acces.reads_directory("A") && !Exigence::Annuaire.admits(&acces), "{role:?}");
        }
        assert!(Exigence::Annuaire.admits(&admin) && Exigence::Annuaire.admits(&director));
    }

    #[test]
    fn an_interim_holds_from_its_first_to_its_last_day() {
        let interim = Habilitation {
            debut: Some(date(2026, 3, 1)),
            fin: Some(date(2026, 3, 31)),
            ..held(Role::Directeur, Some("A"), None)
        };
        let on = |day| Acces::on(day, std::slice::from_ref(&interim), BTreeSet::new());
        assert!(on(date(2026, 2, 28)).is_empty() && on(date(2026, 4, 1)).is_empty());
        assert!(on(date(2026, 3, 1)).has_in(Role::Directeur, "A"));
        assert!(on(date(2026, 3, 31)).has_in(Role::Directeur, "A"));
    }

    #[test]
    fn roles_are_given_by_who_answers_for_them() {
        let director = acces(&[held(Role::Directeur, Some("A"), None)]);
        let admin = acces(&[held(Role::Administrateur, None, None)]);
        for role in Role::ALL {
            let (of_a, of_b) = (held(role, Some("A"), None), held(role, Some("B"), None));
            assert_eq!(director.may_give(&of_a, true), role.is_of_centre(), "{role:?}");
            assert!(!director.may_give(&of_b, false), "{role:?}");
            assert!(!director.may_give(&held(role, None, None), false), "{role:?}");
            // The administrator opens no names: only a first director, whose centre has none.
            assert!(!admin.may_give(&of_a, true), "{role:?}");
            assert_eq!(admin.may_give(&of_a, false), role == Role::Directeur, "{role:?}");
            let of_network = held(role, None, None);
            assert_eq!(admin.may_give(&of_network, true), !role.is_of_centre(), "{role:?}");
        }
        for other in [Role::Referent, Role::Conseiller] {
            let other = acces(&[held(other, Some("A"), None)]);
            assert!(!other.may_give(&held(Role::Conseiller, Some("A"), None), false));
        }
    }

    #[test]
    fn an_incoherent_habilitation_opens_nothing() {
        for wrong in [
            held(Role::Directeur, None, None),
            held(Role::ChargeDeMission, Some("A"), None),
            held(Role::Auditeur, None, Some("C1")),
        ] {
            assert!(!wrong.is_coherent());
            assert!(acces(&[wrong]).is_empty());
        }
    }
}
