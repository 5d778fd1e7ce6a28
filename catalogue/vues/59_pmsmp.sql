-- For each PMSMP: the days in PMSMP of its dossier that began over the twelve months up to its first day,
-- itself included.
SELECT a.structure_id, a.situation_id,
       sum(coalesce(b.date_fin, b.date_fin_prevue) - b.date_debut + 1) AS jours
FROM situations a
JOIN situations b ON b.structure_id = a.structure_id AND b.dossier_id = a.dossier_id
WHERE a.categorie = 'PMSMP' AND b.categorie = 'PMSMP'
  AND b.date_debut <= a.date_debut AND b.date_debut > a.date_debut - INTERVAL '12 months'
  AND coalesce(b.date_fin, b.date_fin_prevue) >= b.date_debut
GROUP BY a.structure_id, a.situation_id
