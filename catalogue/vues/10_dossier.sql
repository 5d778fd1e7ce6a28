-- One row per dossier.
SELECT f.structure_id, 'dossiers' AS table_source, f.dossier_id AS objet_id, f.dossier_id,
       false AS orphelin, f.conseiller_id, f.antenne, f.ref,
       f.date_naissance, f.sexe, f.qpv, f.zrr, f.niveau_formation, f.rqth, f.nationalite,
       f.date_premier_accueil, f.statut_dossier AS statut, f.age_limite,
       d.couverture_complementaire, d.completude, d.date_creation, d.date_maj, d.commune_insee, d.code_postal,
       age(f.date_naissance, f.date_premier_accueil) AS age_premier_accueil,
       age(f.date_naissance, f.ref) AS age_ref,
       c.conseiller_id IS NOT NULL AS conseiller_connu,
       c.date_fin AS conseiller_date_fin,
       h.empreinte_identite IS NOT NULL AS homonyme,
       d.empreinte_identite IS NOT NULL AND d.date_naissance IS NOT NULL AS identite_complete,
       s.premier_diagnostic, s.premier_pacea,
       coalesce(s.programme_entre, false) AS programme_entre,
       coalesce(s.programme_ouvert, false) AS programme_ouvert,
       coalesce(s.pacea_ouvert, false) AS pacea_ouvert,
       coalesce(s.autre_ouvert, false) AS autre_ouvert,
       s.pacea_depuis, s.pacea_a_clore, s.obligation_depuis,
       k.premier_honore, k.dernier_honore, k.dernier_entretien, k.dernier_hors_mediation,
       coalesce(k.entretiens_6_mois, 0) AS entretiens_6_mois,
       coalesce(k.absences_3_mois, 0) AS absences_3_mois,
       coalesce(t.situation_ouverte, false) AS situation_ouverte,
       t.occupe_depuis, t.cdi_depuis, t.derniere_pratique,
       i.heures_cej, l.dernier_frein, l.derniere_sante
FROM fait f
JOIN dossiers d ON d.structure_id = f.structure_id AND d.dossier_id = f.dossier_id
LEFT JOIN conseillers c ON c.structure_id = f.structure_id AND c.conseiller_id = f.conseiller_id
LEFT JOIN homonyme h ON h.structure_id = d.structure_id AND h.empreinte_identite = d.empreinte_identite
     AND h.date_naissance = d.date_naissance
LEFT JOIN suivi s ON s.structure_id = f.structure_id AND s.dossier_id = f.dossier_id
LEFT JOIN contact k ON k.structure_id = f.structure_id AND k.dossier_id = f.dossier_id
LEFT JOIN vecu t ON t.structure_id = f.structure_id AND t.dossier_id = f.dossier_id
LEFT JOIN intensite i ON i.structure_id = f.structure_id AND i.dossier_id = f.dossier_id
LEFT JOIN levee l ON l.structure_id = f.structure_id AND l.dossier_id = f.dossier_id
