-- One row per event. What is asked of an event alone is joined first, the facts of its dossier last:
-- a join copies every column that it is given.
SELECT e.structure_id, 'evenements' AS table_source, e.evenement_id AS objet_id, e.dossier_id,
       f.dossier_id IS NULL AS orphelin,
       coalesce(e.conseiller_id, f.conseiller_id) AS conseiller_id,
       coalesce(e.antenne, f.antenne) AS antenne, e.ref,
       e.conseiller_id AS conseiller_nomme, e.date, e.type, e.statut, e.duree_minutes,
       f.date_naissance, f.sexe, f.qpv, f.zrr, f.niveau_formation, f.rqth, f.nationalite,
       f.date_premier_accueil, f.statut_dossier, f.age_limite,
       e.statut = 'PRESENT' AS honore,
       e.statut = 'PRESENT' AND e.type = 'ENTRETIEN_INDIVIDUEL' AS entretien,
       e.conseiller_connu, e.pendant_pacea, e.porte_proposition, e.repete, e.hors_poste, e.seul, e.partage
FROM (
  SELECT e.structure_id, e.evenement_id, e.dossier_id, e.conseiller_id, e.antenne, v.ref,
         e.date, e.type, e.statut, e.duree_minutes,
         c.conseiller_id IS NOT NULL AS conseiller_connu,
         p.evenement_id IS NOT NULL AS pendant_pacea,
         q.evenement_id IS NOT NULL AS porte_proposition,
         r.dossier_id IS NOT NULL AS repete,
         coalesce(e.date < c.date_debut OR e.date > c.date_fin, false) AS hors_poste,
         u.date IS NOT NULL AS seul,
         d.dossier_id IS NOT NULL AS partage
  FROM evenements e
  JOIN versions v ON v.structure_id = e.structure_id
  LEFT JOIN conseillers c ON c.structure_id = e.structure_id AND c.conseiller_id = e.conseiller_id
  LEFT JOIN pendant_pacea p ON p.structure_id = e.structure_id AND p.evenement_id = e.evenement_id
  LEFT JOIN propose q ON q.structure_id = e.structure_id AND q.evenement_id = e.evenement_id
  LEFT JOIN repetition r ON r.structure_id = e.structure_id AND r.dossier_id = e.dossier_id
       AND r.date = e.date AND r.type = e.type AND r.conseiller_id = e.conseiller_id
  LEFT JOIN seance_seule u ON u.structure_id = e.structure_id AND u.date = e.date AND u.type = e.type
       AND u.conseiller_id = e.conseiller_id
  LEFT JOIN entretien_partage d ON d.structure_id = e.structure_id AND d.dossier_id = e.dossier_id
       AND d.date = e.date AND e.type = 'ENTRETIEN_INDIVIDUEL' AND e.statut = 'PRESENT'
) e
LEFT JOIN fait f ON f.structure_id = e.structure_id AND f.dossier_id = e.dossier_id
