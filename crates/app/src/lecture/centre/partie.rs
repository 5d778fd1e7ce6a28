//! What rules caught in a part of a centre: an antenne, a conseiller, or what has none.

use mallette_domain::resultat::{Groupe, Mesure, Niveau, Portion};

use super::anomalies::Bilan;
use super::fiche::bilan_of;
use crate::etat::Etat;

/// What the rules found over a part of a centre, as far as the reader may know; none when nothing was judged there,
/// and of a conseiller for who animates the network, who reads none.
#[must_use]
pub fn of_part<'a>(etat: &'a Etat, structure_id: &str, portion: &Portion) -> Option<Bilan<'a>> {
    let centre = etat.centres.get(structure_id)?;
    if portion.conseiller_id.is_some() && !etat.lecteur.owns(structure_id) {
        return None;
    }
    let keep =
        |groupe: &Groupe| portion.keeps(groupe.antenne.as_deref(), groupe.conseiller_id.as_deref());
    let mut judged = centre.resultats.regles.iter().flat_map(|resultat| &resultat.comptes);
    // Figures may be of a part where no rule looked at anything.
    let mut measured = centre.resultats.indicateurs.iter().flat_map(|stored| &stored.mesures);
    let is_part = |mesure: &Mesure| match mesure.niveau {
        Niveau::Antenne => portion.antenne.as_deref() == Some(mesure.sous_cle.as_str()),
        Niveau::Conseiller => portion.conseiller_id.as_deref() == Some(mesure.sous_cle.as_str()),
        _ => false,
    };
    let known = judged.any(|(groupe, _)| keep(groupe)) || measured.any(is_part);
    known.then(|| bilan_of(etat, centre, keep))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lecture::centre::fiche::sheet;
    use crate::lecture::indicateurs::essai::{catch, region};

    #[test]
    fn the_anomalies_of_each_part_are_those_that_the_page_of_the_centre_counts() {
        let mut etat = region();
        catch(&mut etat, "A", "PAC-07", ("Nord", "C1"), (9, 2));
        catch(&mut etat, "A", "DOS-01", ("Nord", "C2"), (9, 3));
        catch(&mut etat, "A", "EVT-06", ("Sud", "C1"), (9, 4));
        catch(&mut etat, "A", "PAC-07", ("", ""), (5, 1));
        let fiche = sheet(&etat, "A", None).unwrap();
        let antenne = |nom: &str| Portion { antenne: Some(nom.to_owned()), ..Portion::default() };
        for sous in &fiche.antennes {
            let found = of_part(&etat, "A", &antenne(sous.cle)).unwrap();
            let own = (sous.fautes.majeures, sous.fautes.autres);
            assert_eq!((found.majeures, found.autres), own, "{}", sous.cle);
        }
        let counts = |nom: &str| of_part(&etat, "A", &antenne(nom)).map(|b| (b.majeures, b.autres));
        assert_eq!((counts("Nord"), counts("Sud")), (Some((5, 0)), Some((0, 4))));
        assert_eq!((counts(""), counts("Est")), (Some((1, 0)), None));
        assert!(of_part(&etat, "Z", &antenne("Nord")).is_none());
    }
}
