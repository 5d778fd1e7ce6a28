-- One row per situation.
SELECT s.structure_id, 'situations' AS table_source, s.situation_id AS objet_id, s.dossier_id,
       f.dossier_id IS NULL AS orphelin,
       f.conseiller_id, f.antenne, v.ref,
       s.categorie, s.sous_type, s.etat, s.date_debut, s.date_fin_prevue, s.date_fin, s.heures_hebdo,
       f.date_naissance, f.sexe, f.qpv, f.zrr, f.niveau_formation, f.rqth, f.nationalite,
       f.date_premier_accueil, f.statut_dossier, f.age_limite,
       i.situation_id IS NOT NULL AS incompatible,
       r.dossier_id IS NOT NULL AS repetee,
       m.jours AS pmsmp_12_mois
FROM situations s
JOIN versions v ON v.structure_id = s.structure_id
LEFT JOIN incompatible i ON i.structure_id = s.structure_id AND i.situation_id = s.situation_id
LEFT JOIN situation_repetee r ON r.structure_id = s.structure_id AND r.dossier_id = s.dossier_id
     AND r.categorie = s.categorie AND r.sous_type = coalesce(s.sous_type, '') AND r.date_debut = s.date_debut
LEFT JOIN pmsmp m ON m.structure_id = s.structure_id AND m.situation_id = s.situation_id
LEFT JOIN fait f ON f.structure_id = s.structure_id AND f.dossier_id = s.dossier_id
