-- Events entered twice: same dossier, day, type and conseiller, all known.
SELECT structure_id, dossier_id, date, type, conseiller_id
FROM evenements
WHERE dossier_id IS NOT NULL AND date IS NOT NULL AND type IS NOT NULL AND conseiller_id IS NOT NULL
GROUP BY structure_id, dossier_id, date, type, conseiller_id
HAVING count(*) > 1
