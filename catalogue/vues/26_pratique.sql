-- For each PACEA, Garantie jeunes or CEJ entered, what the young person lived during it: the situations that
-- have at least one day in common with it. A situation whose end is not known goes on.
SELECT p.structure_id, p.parcours_id,
       bool_or(s.categorie IN ('EMPLOI', 'ALTERNANCE')) AS emploi,
       bool_or(s.categorie = 'FORMATION') AS formation,
       bool_or(s.categorie IN ('PMSMP', 'IMMERSION')) AS immersion,
       sum(CASE WHEN s.categorie = 'PMSMP' THEN 1 ELSE 0 END) AS pmsmp
FROM parcours p
JOIN situations s ON s.structure_id = p.structure_id AND s.dossier_id = p.dossier_id
WHERE p.dispositif IN ('PACEA', 'GJ', 'CEJ') AND s.categorie IN ('EMPLOI', 'ALTERNANCE', 'FORMATION', 'PMSMP', 'IMMERSION')
  AND s.date_debut <= coalesce(p.date_fin, DATE '9999-12-31') AND coalesce(s.date_fin, DATE '9999-12-31') >= p.date_entree
GROUP BY p.structure_id, p.parcours_id
