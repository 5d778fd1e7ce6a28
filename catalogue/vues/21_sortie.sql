-- The situations at the exit of each ended passage: begun at most 30 days after the end, and not
-- ended before it.
SELECT p.structure_id, p.parcours_id,
       bool_or(s.categorie IN ('EMPLOI', 'ALTERNANCE', 'FORMATION')) AS positive,
       bool_or(s.categorie = 'ALTERNANCE'
               OR s.categorie = 'EMPLOI' AND coalesce(s.sous_type IN ('CDI', 'CDD_LONG'), false)) AS durable,
       bool_or(s.categorie IN ('EMPLOI', 'ALTERNANCE')) AS emploi,
       bool_or(s.categorie IN ('EMPLOI', 'ALTERNANCE', 'FORMATION', 'SCOLARITE', 'VOLONTARIAT')) AS solution
FROM parcours p
JOIN situations s ON s.structure_id = p.structure_id AND s.dossier_id = p.dossier_id
WHERE s.date_debut <= p.date_fin + INTERVAL '30 days'
  AND (s.date_fin IS NULL OR s.date_fin >= p.date_fin)
GROUP BY p.structure_id, p.parcours_id
