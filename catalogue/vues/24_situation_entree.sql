-- What the young person was already doing on the day of an entry in Garantie jeunes, CEJ or PIAL: begun
-- before it, and going on for more than a week after it or still.
SELECT p.structure_id, p.parcours_id,
       bool_or(s.categorie = 'SCOLARITE') AS scolaire,
       bool_or(s.categorie = 'FORMATION') AS formation,
       max(CASE WHEN s.categorie = 'EMPLOI' THEN s.heures_hebdo END) AS heures_emploi
FROM parcours p
JOIN situations s ON s.structure_id = p.structure_id AND s.dossier_id = p.dossier_id
WHERE p.dispositif IN ('GJ', 'CEJ', 'PIAL') AND s.categorie IN ('SCOLARITE', 'FORMATION', 'EMPLOI')
  AND s.date_debut < p.date_entree
  AND (s.date_fin > p.date_entree + INTERVAL '7 days' OR s.date_fin IS NULL AND s.etat = 'EN_COURS')
GROUP BY p.structure_id, p.parcours_id
