-- The last proposition made to a dossier on each of what holds a young person back: health, housing,
-- mobility.
SELECT structure_id, dossier_id, famille, max(date) AS derniere
FROM propositions
WHERE famille IN ('SANTE', 'LOGEMENT', 'MOBILITE') AND dossier_id IS NOT NULL AND date IS NOT NULL
GROUP BY structure_id, dossier_id, famille
