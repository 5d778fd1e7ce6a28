-- For each passage in the obligation de formation, the first day from its entry on when the young person is in
-- school, in training, in work or a volunteer, whether the passage still runs or not.
SELECT p.structure_id, p.parcours_id, min(greatest(s.date_debut, p.date_entree)) AS premiere
FROM parcours p
JOIN situations s ON s.structure_id = p.structure_id AND s.dossier_id = p.dossier_id
WHERE p.dispositif = 'OBLIGATION' AND s.categorie IN ('EMPLOI', 'ALTERNANCE', 'FORMATION', 'SCOLARITE', 'VOLONTARIAT')
  AND s.date_debut IS NOT NULL AND p.date_entree IS NOT NULL
  AND (s.date_fin IS NULL OR s.date_fin >= greatest(s.date_debut, p.date_entree))
GROUP BY p.structure_id, p.parcours_id
