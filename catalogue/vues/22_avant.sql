-- For each passage entered: the last diagnostic entered up to its entry, whether a PACEA was open on
-- that day, and the last day of that PACEA (infinite while it has no end).
SELECT p.structure_id, p.parcours_id,
       max(CASE WHEN q.dispositif = 'DIAG' THEN q.date_entree END) AS dernier_diagnostic,
       bool_or(q.dispositif = 'PACEA' AND (q.date_fin IS NULL OR q.date_fin >= p.date_entree)) AS pacea_ouvert,
       max(CASE WHEN q.dispositif = 'PACEA' AND (q.date_fin IS NULL OR q.date_fin >= p.date_entree)
           THEN coalesce(q.date_fin, DATE '9999-12-31') END) AS pacea_fin
FROM parcours p
JOIN parcours q ON q.structure_id = p.structure_id AND q.dossier_id = p.dossier_id
WHERE q.date_entree <= p.date_entree
GROUP BY p.structure_id, p.parcours_id
