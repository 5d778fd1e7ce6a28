-- The PACEA effectively entered, to be asked whether one was open at a date.
SELECT structure_id, dossier_id, parcours_id, date_entree, date_fin
FROM parcours
WHERE dispositif = 'PACEA' AND date_entree IS NOT NULL AND dossier_id IS NOT NULL
