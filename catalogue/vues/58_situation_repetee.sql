-- Situations entered twice: same dossier, category, sub-type and first day.
SELECT structure_id, dossier_id, categorie, coalesce(sous_type, '') AS sous_type, date_debut
FROM situations
WHERE dossier_id IS NOT NULL AND categorie IS NOT NULL AND date_debut IS NOT NULL
GROUP BY structure_id, dossier_id, categorie, coalesce(sous_type, ''), date_debut
HAVING count(*) > 1
