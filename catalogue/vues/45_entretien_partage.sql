-- Days on which a dossier has individual interviews honoured by two conseillers.
SELECT structure_id, dossier_id, date
FROM evenements
WHERE type = 'ENTRETIEN_INDIVIDUEL' AND statut = 'PRESENT'
  AND dossier_id IS NOT NULL AND date IS NOT NULL AND conseiller_id IS NOT NULL
GROUP BY structure_id, dossier_id, date
HAVING min(conseiller_id) <> max(conseiller_id)
