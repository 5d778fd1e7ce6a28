//! The public frames in the pages: the numbers beside the code of an indicator, and what each frame holds.

use mallette_catalogue::{CadrePublic, Indicateur, chosen};

/// The place of an indicator in a frame.
pub(crate) struct Numerote {
    /// « P9 ».
    pub(crate) numero: String,
    /// « cadre de performance 2019-2022 ».
    pub(crate) cadre: &'static str,
}

/// The places of an indicator, to be shown beside its code.
pub(crate) fn numbers(indicateur: &Indicateur) -> Vec<Numerote> {
    let all = indicateur.cadre.iter();
    all.map(|numero| Numerote { numero: numero.to_string(), cadre: numero.cadre.libelle() })
        .collect()
}

/// A frame, with the indicators that stand in it.
pub(super) struct CadreVu {
    /// Its name, by which pages choose its indicators.
    pub(super) nom: &'static str,
    /// « cadre de performance 2019-2022 ».
    pub(super) libelle: &'static str,
    /// Number, code, title.
    pub(super) lignes: Vec<(String, String, String)>,
}

/// Every frame that an indicator stands in.
pub(super) fn frames(indicateurs: &[Indicateur]) -> Vec<CadreVu> {
    let shown = CadrePublic::ALL.into_iter().map(|cadre| {
        let own = chosen(indicateurs, Some(cadre.nom())).into_iter();
        let lignes = own.filter_map(|indicateur| {
            let numero = indicateur.cadre.iter().find(|numero| numero.cadre == cadre)?;
            Some((numero.to_string(), indicateur.code.clone(), indicateur.titre.clone()))
        });
        CadreVu { nom: cadre.nom(), libelle: cadre.libelle(), lignes: lignes.collect() }
    });
    shown.filter(|cadre| !cadre.lignes.is_empty()).collect()
}
