use std::sync::LazyLock;

use jiff::civil::date;
use mallette_ingest::{Bornes, read_cells};

use super::super::lecture::{self, Connus};
use super::super::plan::Attente;
use super::*;
use crate::comptes::fonction::FonctionConnue;

const LYON: &str = "69382S00";
const GRENOBLE: &str = "38185S00";
const JOUR: Date = date(2026, 11, 25);

fn role(role: Role, centre: Option<&str>) -> Habilitation {
    Habilitation {
        role,
        structure_id: centre.map(str::to_owned),
        conseiller_id: None,
        debut: None,
        fin: None,
    }
}

fn acces(roles: &[Habilitation]) -> Acces {
    Acces::on(JOUR, roles, BTreeSet::new())
}

fn director() -> Acces {
    acces(&[role(Role::Directeur, Some(LYON))])
}

fn admin() -> Acces {
    acces(&[role(Role::Administrateur, None)])
}

fn personne(id: &str, closed: bool) -> (String, Personne) {
    let now = "2026-11-01T08:00:00Z".parse().unwrap();
    let courriel = format!("{id}@lyon.example");
    let personne = Personne {
        id: id.to_owned(),
        nom: id.to_uppercase(),
        courriel: courriel.clone(),
        cree_le: now,
        desactivee_le: closed.then_some(now),
        derniere_connexion: None,
    };
    (courriel, personne)
}

fn held(rang: i64, personne_id: &str, habilitation: Habilitation) -> HabilitationDonnee {
    HabilitationDonnee {
        rang,
        personne_id: personne_id.to_owned(),
        habilitation,
        donnee_par: "x".to_owned(),
        donnee_le: "2026-11-01T08:00:00Z".parse().unwrap(),
        retiree_par: None,
        retiree_le: None,
    }
}

/// Lyon has its director (`dir`), a référent (`ref`), a closed account (`clos`); the network its
/// administrator (`adm`); Grenoble a director of its own (`gre`).
fn existant() -> Existant {
    let personnes = ["dir", "ref", "adm", "gre"].map(|id| personne(id, false));
    Existant {
        personnes: personnes.into_iter().chain([personne("clos", true)]).collect(),
        roles: vec![
            held(1, "adm", role(Role::Administrateur, None)),
            held(2, "dir", role(Role::Directeur, Some(LYON))),
            held(3, "ref", role(Role::Referent, Some(LYON))),
            held(4, "gre", role(Role::Directeur, Some(GRENOBLE))),
        ],
        ..Existant::default()
    }
}

fn known() -> Connus<'static> {
    static CENTRES: BTreeMap<&str, &str> = BTreeMap::new();
    static FONCTIONS: LazyLock<Vec<FonctionConnue>> = LazyLock::new(|| {
        let known = [("referent_justice", "Référent justice"), ("logement", "Logement")];
        let known = known.map(|(code, libelle)| (code.to_owned(), libelle.to_owned()));
        let known = known.map(|(code, libelle)| FonctionConnue { code, libelle, objet: None });
        known.to_vec()
    });
    Connus { reseau: &CENTRES, fonctions: &FONCTIONS }
}

fn read(text: &str) -> Liste {
    let bornes = Bornes { octets: 8 << 20, lignes: 20_000, colonnes: 60 };
    let tableaux = read_cells("liste.csv", text.as_bytes().to_vec(), bornes).unwrap();
    lecture::read(&tableaux, known()).unwrap()
}

fn plan(text: &str, par: (&str, &Acces)) -> Plan {
    prepare(&read(text), &existant(), par, JOUR, false)
}

fn suites(plan: &Plan) -> Vec<&Suite> {
    plan.lignes.iter().map(|ligne| &ligne.suite).collect()
}

fn reason(suite: &Suite) -> (Option<&'static str>, &str, &str) {
    match suite {
        Suite::Refus { colonne, valeur, raison } => (*colonne, valeur, raison),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_director_opens_the_own_centre_and_nothing_else() {
    let text = "Mail;Prénom;NOM;Profil;Mission Locale\n\
                zoe@lyon.example;Zoé;Petit;Conseillère;Lyon\n\
                REF@lyon.example;;REF;Référent I-MILO;69382S00\n\
                ref@lyon.example;;REF;conseiller;69382s00\n\
                ana@lyon.example;Ana;Roux;Conseiller;38185S00\n\
                fin@lyon.example;Luc;Bon;Financeur;\n\
                dir@lyon.example;;DIR;Référent;69382S00\n";
    let director = director();
    let plan = plan(text, ("dir", &director));
    let suites = suites(&plan);
    assert_eq!(suites[0], &Suite::Invitation, "{plan:?}");
    assert_eq!(plan.lignes[0].nom, "Zoé Petit");
    assert_eq!(suites[1], &Suite::Deja);
    assert_eq!(suites[2], &Suite::Ajout);
    for refused in &suites[3..] {
        assert!(reason(refused).2.contains("pas à votre main"), "{refused:?}");
    }
    assert_eq!(plan.gestes.len(), 2);
}

#[test]
fn an_administrator_gives_roles_of_the_network_and_a_first_director_only() {
    let text = "adresse;nom;role;centre\n\
                a@x.example;A;Directeur;01053S00\n\
                b@x.example;B;Directeur;01053S00\n\
                c@x.example;C;Directeur;69382S00\n\
                d@x.example;D;Conseiller;01053S00\n\
                e@x.example;E;Chargée de mission;\n\
                adm@lyon.example;ADM;Auditeur;\n";
    let admin = admin();
    let plan = plan(text, ("adm", &admin));
    let suites = suites(&plan);
    assert_eq!((suites[0], suites[4]), (&Suite::Invitation, &Suite::Invitation));
    for rank in [1, 2, 3, 5] {
        assert!(reason(suites[rank]).2.contains("pas à votre main"), "{rank}: {:?}", suites[rank]);
    }
}

#[test]
fn each_fault_names_its_line_its_column_and_its_value() {
    let text = "Liste du personnel\n\
                adresse;nom;role;centre;fin\n\
                zoe lyon.example;Zoé;Conseiller;69382S00;\n\
                a@x.example;;Conseiller;69382S00;\n\
                a@x.example;A;Chef;69382S00;\n\
                a@x.example;A;Conseiller;Atlantide;\n\
                a@x.example;A;Conseiller;;\n\
                a@x.example;A;Conseiller;69382S00;31/02/2027\n\
                a@x.example;A;Conseiller;69382S00;01/01/2020\n\
                a@x.example;=HYPERLINK(1);Conseiller;69382S00;\n\
                \"a@x.example\nBcc: b@x.example\";A;Conseiller;69382S00;\n\
                a@x.example,b@x.example;A;Conseiller;69382S00;\n\
                clos@lyon.example;CLOS;Conseiller;69382S00;\n\
                a@x.example;A;Financeur;69382S00;\n";
    let director = director();
    let plan = plan(text, ("dir", &director));
    let found: Vec<_> = plan
        .lignes
        .iter()
        .map(|ligne| (ligne.ligne, reason(&ligne.suite).0, reason(&ligne.suite).1.to_owned()))
        .collect();
    let text = str::to_owned;
    let expected = [
        (3, Some("Adresse électronique"), text("zoe lyon.example")),
        (4, Some("Nom"), text("")),
        (5, Some("Rôle"), text("Chef")),
        (6, Some("Centre"), text("Atlantide")),
        (7, Some("Centre"), text("")),
        (8, Some("Fin d'intérim"), text("31/02/2027")),
        (9, Some("Fin d'intérim"), text("2020-01-01")),
        (10, Some("Nom"), text("=HYPERLINK(1)")),
        (11, Some("Adresse électronique"), text("a@x.example bcc: b@x.example")),
        (13, Some("Adresse électronique"), text("a@x.example,b@x.example")),
        (14, None, text("")),
        (15, Some("Centre"), text("69382S00")),
    ];
    assert_eq!(found, expected);
    assert!(plan.is_empty() && plan.refused() == 12);
}

#[test]
fn several_lines_of_one_person_make_one_invitation() {
    let text = "adresse;nom;role;centre;fonctions\n\
                Zoe@lyon.example;Zoé;Conseiller;69382S00;Référent justice, logement\n\
                zoe@lyon.example;ZOÉ;Référent;69382S00;\n\
                zoe@lyon.example ;Zoé;Conseiller;69382S00;\n\
                zoe@lyon.example;Anna;Conseiller;69382S00;\n";
    let director = director();
    let plan = plan(text, ("dir", &director));
    let suites = suites(&plan);
    assert_eq!(&suites[..3], [&Suite::Invitation, &Suite::Invitation, &Suite::Doublon(2)]);
    assert!(reason(suites[3]).2.contains("ligne 2"));
    let [Geste::Inviter { nom, courriel, roles, fonctions, .. }] = plan.gestes.as_slice() else {
        panic!("{:?}", plan.gestes)
    };
    assert_eq!((nom.as_str(), courriel.as_str(), roles.len()), ("Zoé", "zoe@lyon.example", 2));
    let codes: Vec<&str> = fonctions.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["referent_justice", "logement"]);
}

#[test]
fn a_function_that_nobody_knows_is_refused_by_its_name() {
    let text = "adresse;nom;role;centre;fonctions\n\
                zoe@lyon.example;Zoé;Conseiller;69382S00;justice, référent licornes\n\
                ana@lyon.example;Ana;Conseiller;69382S00;REFERENT  JUSTICE / Logement\n";
    let liste = read(text);
    let [faute] = liste.fautes.as_slice() else { panic!("{liste:?}") };
    assert_eq!((faute.ligne, faute.colonne, faute.valeur.as_str()), (2, "Fonctions", "justice"));
    assert!(faute.raison.contains("liste du réseau"), "{}", faute.raison);
    assert_eq!(liste.demandes[0].fonctions, ["referent_justice", "logement"]);
}

#[test]
fn dates_are_changed_when_the_file_has_them_and_left_when_it_has_not() {
    let director = director();
    let with = "adresse;nom;role;centre;fin\nref@lyon.example;REF;Référent;69382S00;31/12/2026\n";
    let changed = plan(with, ("dir", &director));
    assert_eq!(suites(&changed), [&Suite::Dates]);
    let [Geste::Retirer { rang: 3, .. }, Geste::Donner { habilitation, .. }] =
        changed.gestes.as_slice()
    else {
        panic!("{:?}", changed.gestes)
    };
    assert_eq!(habilitation.fin, Some(date(2026, 12, 31)));
    let without = "adresse;nom;role;centre\nref@lyon.example;REF;Référent;69382S00\n";
    let mut interim = existant();
    interim.roles[2].habilitation.fin = Some(date(2026, 12, 31));
    let kept = prepare(&read(without), &interim, ("dir", &director), JOUR, false);
    assert_eq!(suites(&kept), [&Suite::Deja]);
    // The only administrator of the network does not become one for a while.
    let other = acces(&[role(Role::Administrateur, None)]);
    let last = "adresse;nom;role;fin\nadm@lyon.example;ADM;Administrateur;31/12/2026\n";
    let refused = plan(last, ("someone", &other));
    assert!(reason(suites(&refused)[0]).2.contains("seul administrateur"));
}

#[test]
fn roles_go_only_when_that_was_asked_and_every_line_was_read() {
    let text = "adresse;nom;role;centre\nzoe@lyon.example;Zoé;Conseiller;69382S00\n";
    let director = director();
    let liste = read(text);
    let of =
        |liste: &Liste, retraits| prepare(liste, &existant(), ("dir", &director), JOUR, retraits);
    // The référent goes; who asks stays, and so do the other centre and the network.
    let shown = of(&liste, false);
    assert_eq!(shown.retraits.len(), 1);
    assert_eq!((shown.retraits[0].nom.as_str(), shown.gestes.len()), ("REF", 1));
    let asked = of(&liste, true);
    assert!(matches!(asked.gestes.last(), Some(Geste::Retirer { rang: 3, .. })), "{asked:?}");
    assert_ne!(shown.empreinte(), asked.empreinte());
    let faulty = read(&format!("{text}x@lyon.example;X;Chef;69382S00\n"));
    let asked = of(&faulty, true);
    assert!(asked.retraits.is_empty());
    assert!(!asked.gestes.iter().any(|geste| matches!(geste, Geste::Retirer { .. })));
    // A list of funders takes no administrator's role back.
    let admin = admin();
    let funders = read("adresse;nom;role\nfin@x.example;F;Financeur\n");
    let plan = prepare(&funders, &existant(), ("other", &admin), JOUR, true);
    assert!(plan.retraits.is_empty(), "{plan:?}");
}

#[test]
fn an_invitation_that_waits_is_left_or_replaced() {
    let text = "adresse;nom;role;centre\nzoe@lyon.example;Zoé;Conseiller;69382S00\n";
    let director = director();
    let waiting = |roles: &[Habilitation]| {
        let attente =
            Attente { cle: "empreinte".to_owned(), roles: roles.to_vec(), fonctions: Vec::new() };
        let invitations = BTreeMap::from([("zoe@lyon.example".to_owned(), vec![attente])]);
        let existant = Existant { invitations, ..existant() };
        prepare(&read(text), &existant, ("dir", &director), JOUR, false)
    };
    let same = waiting(&[role(Role::Conseiller, Some(LYON))]);
    assert_eq!(suites(&same), [&Suite::Attente]);
    assert!(same.is_empty());
    let more = waiting(&[role(Role::Referent, Some(LYON))]);
    assert_eq!(suites(&more), [&Suite::Remplacement]);
    let [Geste::Inviter { roles, remplace, .. }] = more.gestes.as_slice() else {
        panic!("{more:?}")
    };
    assert_eq!((roles.len(), remplace.as_slice()), (2, &["empreinte".to_owned()][..]));
    let foreign = waiting(&[role(Role::Conseiller, Some(GRENOBLE))]);
    assert!(reason(suites(&foreign)[0]).2.contains("pas à votre main"));
    assert!(foreign.is_empty());
}

#[test]
fn ten_thousand_lines_are_compared_in_a_moment() {
    let mut text = "adresse;nom;role;centre\n".to_owned();
    for rank in 0..10_000 {
        text.push_str(&format!("p{rank}@lyon.example;P{rank};Conseiller;69382S00\n"));
    }
    let director = director();
    let plan = plan(&text, ("dir", &director));
    assert_eq!(plan.gestes.len(), 10_000);
    assert_eq!(plan.count(|suite| *suite == Suite::Invitation), 10_000);
}

#[test]
fn a_file_without_the_columns_or_without_lines_is_refused() {
    let bornes = Bornes { octets: 8 << 20, lignes: 100, colonnes: 60 };
    for (text, said) in [
        ("nom;prenom\nA;B\n", "en-tête"),
        ("adresse;role;nom\n", "aucune ligne"),
        ("adresse;role;nom\n;;\n", "aucune ligne"),
    ] {
        let tableaux = read_cells("liste", text.as_bytes().to_vec(), bornes).unwrap();
        let Refus(raison) = lecture::read(&tableaux, known()).unwrap_err();
        assert!(raison.contains(said), "{text}: {raison}");
    }
}

#[test]
fn bytes_of_another_encoding_are_read_or_said() {
    let bornes = Bornes { octets: 8 << 20, lignes: 100, colonnes: 60 };
    let mut latin = b"adresse;nom;r\xF4le;centre\n".to_vec();
    latin.extend(b"zoe@lyon.example;Zo\xE9 Petit;conseill\xE8re;69382S00\n");
    let tableaux = read_cells("liste", latin, bornes).unwrap();
    let liste = lecture::read(&tableaux, known()).unwrap();
    assert_eq!(liste.demandes[0].nom, "Zoé Petit", "{liste:?}");
    let lost = "adresse;nom;role;centre\nzoe@lyon.example;Zo\u{fffd};Conseiller;69382S00\n";
    let liste = read(lost);
    assert_eq!((liste.fautes[0].ligne, liste.fautes[0].colonne), (2, "Nom"));
}
