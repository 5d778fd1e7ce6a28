-- One row per proposition. It names no conseiller: it is its dossier's.
SELECT p.structure_id, 'propositions' AS table_source, p.proposition_id AS objet_id, p.dossier_id,
       f.dossier_id IS NULL AS orphelin,
       f.conseiller_id, f.antenne, v.ref,
       p.famille, p.code_service, p.date, p.etat, p.date_realisation,
       CASE WHEN p.etat = 'REALISE' THEN coalesce(p.date_realisation, p.date) END AS realisee_le,
       l.proposition_id IS NOT NULL AS frein_en_pacea,
       f.date_naissance, f.sexe, f.qpv, f.zrr, f.niveau_formation, f.rqth, f.nationalite,
       f.date_premier_accueil, f.statut_dossier, f.age_limite,
       e.evenement_id IS NOT NULL AS evenement_connu,
       coalesce(e.statut IN ('ABSENT', 'ANNULE'), false) AS evenement_manque,
       coalesce(e.dossier_id <> p.dossier_id, false) AS evenement_autre,
       e.date AS date_evenement,
       b.derniere AS dernier_essai,
       a.pacea_fin AS pacea_sans_levee,
       n.jour AS levee_attendue
FROM propositions p
JOIN versions v ON v.structure_id = p.structure_id
LEFT JOIN evenements e ON e.structure_id = p.structure_id AND e.evenement_id = p.evenement_id
LEFT JOIN frein_pacea l ON l.structure_id = p.structure_id AND l.proposition_id = p.proposition_id
LEFT JOIN frein b ON b.structure_id = p.structure_id AND b.dossier_id = p.dossier_id AND b.famille = p.famille
LEFT JOIN sans_levee a ON a.structure_id = p.structure_id AND a.proposition_id = p.proposition_id
LEFT JOIN levee_attendue n ON n.structure_id = p.structure_id AND n.proposition_id = p.proposition_id
LEFT JOIN fait f ON f.structure_id = p.structure_id AND f.dossier_id = p.dossier_id
