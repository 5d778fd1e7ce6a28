-- One row per dossier met at least once: its honoured events up to `ref`.
SELECT e.structure_id, e.dossier_id,
       max(e.date) AS dernier_honore,
       sum(CASE WHEN e.type = 'ENTRETIEN_INDIVIDUEL' AND e.date > v.ref - INTERVAL '6 months'
           THEN 1 ELSE 0 END) AS entretiens_6_mois
FROM evenements e
JOIN versions v ON v.structure_id = e.structure_id
WHERE e.statut = 'PRESENT' AND e.date <= v.ref AND e.dossier_id IS NOT NULL
GROUP BY e.structure_id, e.dossier_id
