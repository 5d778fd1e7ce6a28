-- One row per dossier: the facts that every other view needs of the young person.
SELECT d.structure_id, d.dossier_id, d.antenne, d.conseiller_id, v.ref,
       d.date_naissance, d.sexe, d.qpv, d.zrr, d.niveau_formation, d.rqth, d.nationalite,
       d.date_premier_accueil, d.statut AS statut_dossier,
       CASE WHEN d.rqth = 'oui' THEN 29 ELSE 25 END AS age_limite
FROM dossiers d
JOIN versions v ON v.structure_id = d.structure_id
