-- Collective sessions for which one young person alone was awaited: one day, type and conseiller.
SELECT structure_id, date, type, conseiller_id
FROM evenements
WHERE type IN ('ATELIER', 'INFORMATION_COLLECTIVE') AND statut IN ('PRESENT', 'ABSENT')
  AND dossier_id IS NOT NULL AND date IS NOT NULL AND conseiller_id IS NOT NULL
GROUP BY structure_id, date, type, conseiller_id
HAVING min(dossier_id) = max(dossier_id)
