//! A région of three centres, compared with the whole network: the box holds what the reader may see, and nothing more.

use mallette_app::etat::Etat;
use mallette_domain::acces::Role;

use crate::banc::{MOIS, page, site_of};
use crate::region::LYON;

/// Moves Lyon and two others to a région and to a group of their own.
fn apart(etat: &mut Etat) {
    let others = etat.centres.keys().filter(|id| *id != LYON).take(2).cloned();
    let three: Vec<String> = others.chain([LYON.to_owned()]).collect();
    for id in &three {
        let own = etat.centres.get_mut(id).map(|own| &mut own.rattachement);
        for place in [etat.reseau.get_mut(id), own].into_iter().flatten() {
            place.region = Some("94".to_owned());
            place.groupe_pairs = Some("Corse".to_owned());
        }
    }
}

/// The row of the network beside its box, and the position of Lyon.
async fn told(role: Option<Role>, code: &str, periode: &str) -> (String, String) {
    let router = site_of(role, apart);
    let text = page(&router, &format!("/indicateurs/{code}?periode={periode}&centre={LYON}")).await;
    let boxes = text.split("<h2 id=\"repartition\">").nth(1).unwrap();
    let table = boxes.split("<tbody>").nth(1).unwrap();
    let rows = table.split("</tbody>").next().unwrap().split("<tr>");
    let row = rows.into_iter().find(|row| row.contains("Réseau (")).unwrap_or_default().to_owned();
    let position = text.split("<h2 id=\"position\">").nth(1).unwrap().split("</section>").next();
    (row.replace('\u{a0}', " "), position.unwrap().replace('\u{a0}', " "))
}

/// Compared, nc, secret, under the floor, then the seven numbers of the box.
fn numbers(row: &str) -> Vec<String> {
    let cells = row.split("<td").skip(1).take(11);
    cells.map(|cell| cell.split('<').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn everybody_reads_the_same_box_when_nothing_is_hidden() {
    let mut alike = 0;
    for code in ["ACC-S", "ACC-J", "ALL-J", "PAC-E", "PAC-P", "DIA-D"] {
        let (machine, placed) = told(None, code, "2018").await;
        assert!(machine.contains("Réseau (60)"), "{code}: {machine}");
        assert!(placed.contains("de la médiane du réseau"), "{code}: {placed}");
        for role in [Role::ChargeDeMission, Role::Directeur] {
            let (row, position) = told(Some(role), code, "2018").await;
            let [read, whole] = [&row, &machine].map(|row| numbers(row));
            if read[0] == whole[0] {
                assert_eq!(read, whole, "{code} {role:?}");
                assert_eq!(position, placed, "{code} {role:?}");
                alike += 1;
            } else {
                assert_ne!(read[2], whole[2], "{code} {role:?}: who is not there is counted apart");
            }
        }
    }
    assert!(alike > 3, "{alike}");
}

#[tokio::test]
async fn those_whose_figure_is_hidden_are_in_no_box_of_the_network() {
    let (machine, _) = told(None, "PAC-E", MOIS).await;
    assert!(machine.contains("Réseau (60)"), "{machine}");
    for role in [Role::ChargeDeMission, Role::Directeur] {
        let (row, _) = told(Some(role), "PAC-E", MOIS).await;
        let (_, rest) = row.split_once("Réseau (").unwrap_or_else(|| panic!("{role:?}: {row}"));
        let compared: usize = rest.split(')').next().unwrap().parse().unwrap();
        assert!((5..60).contains(&compared), "{role:?}: {compared}");
    }
}
