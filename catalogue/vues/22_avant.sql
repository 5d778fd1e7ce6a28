-- For each passage entered: the last diagnostic entered up to its entry, and whether a PACEA was
-- open on that day.
SELECT p.structure_id, p.parcours_id,
       max(CASE WHEN q.dispositif = 'DIAG' THEN q.date_entree END) AS dernier_diagnostic,
       bool_or(q.dispositif = 'PACEA' AND (q.date_fin IS NULL OR q.date_fin >= p.date_entree)) AS pacea_ouvert
FROM parcours p
JOIN parcours q ON q.structure_id = p.structure_id AND q.dossier_id = p.dossier_id
WHERE q.date_entree <= p.date_entree
GROUP BY p.structure_id, p.parcours_id
