-- One row per dossier met, or awaited in vain, at least once: its events up to `ref`.
SELECT e.structure_id, e.dossier_id,
       min(CASE WHEN e.statut = 'PRESENT' THEN e.date END) AS premier_honore,
       max(CASE WHEN e.statut = 'PRESENT' THEN e.date END) AS dernier_honore,
       max(CASE WHEN e.statut = 'PRESENT' AND e.type = 'ENTRETIEN_INDIVIDUEL' THEN e.date END) AS dernier_entretien,
       max(CASE WHEN e.statut = 'PRESENT' AND e.type <> 'MEDIATION' THEN e.date END) AS dernier_hors_mediation,
       sum(CASE WHEN e.statut = 'PRESENT' AND e.type = 'ENTRETIEN_INDIVIDUEL' AND e.date > v.ref - INTERVAL '6 months'
           THEN 1 ELSE 0 END) AS entretiens_6_mois,
       sum(CASE WHEN e.statut = 'ABSENT' AND e.date > v.ref - INTERVAL '3 months'
           THEN 1 ELSE 0 END) AS absences_3_mois
FROM evenements e
JOIN versions v ON v.structure_id = e.structure_id
WHERE e.statut IN ('PRESENT', 'ABSENT') AND e.date <= v.ref AND e.dossier_id IS NOT NULL
GROUP BY e.structure_id, e.dossier_id
