-- Situations that overlap, by more than 7 days, another one of the dossier that excludes them.
WITH bornee AS (
  SELECT s.structure_id, s.situation_id, s.dossier_id, s.categorie,
         coalesce(s.heures_hebdo >= 35, false) AS temps_plein,
         s.date_debut, coalesce(s.date_fin, v.ref) AS fin
  FROM situations s
  JOIN versions v ON v.structure_id = s.structure_id
  WHERE s.date_debut IS NOT NULL AND s.dossier_id IS NOT NULL
)
SELECT DISTINCT a.structure_id, a.situation_id
FROM bornee a
JOIN bornee b ON b.structure_id = a.structure_id AND b.dossier_id = a.dossier_id
     AND b.situation_id <> a.situation_id
WHERE least(a.fin, b.fin) - greatest(a.date_debut, b.date_debut) + 1 > 7
  AND (a.categorie = 'SCOLARITE' AND b.categorie = 'DEMANDEUR_EMPLOI'
       OR a.categorie = 'DEMANDEUR_EMPLOI' AND b.categorie = 'SCOLARITE'
       OR a.categorie = 'EMPLOI' AND a.temps_plein AND b.categorie = 'EMPLOI' AND b.temps_plein
       OR a.categorie = 'FORMATION' AND b.categorie = 'EMPLOI' AND b.temps_plein
       OR a.categorie = 'EMPLOI' AND a.temps_plein AND b.categorie = 'FORMATION')
