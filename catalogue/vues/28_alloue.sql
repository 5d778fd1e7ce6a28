-- The passages that have an allocation of their own dispositif, neither refused nor cancelled, in one of
-- their months.
SELECT DISTINCT p.structure_id, p.parcours_id
FROM parcours p
JOIN allocations a ON a.structure_id = p.structure_id AND a.dossier_id = p.dossier_id AND a.type = p.dispositif
WHERE a.statut NOT IN ('REJETE', 'ANNULE') AND a.mois >= date_trunc('month', p.date_entree)
  AND (p.date_fin IS NULL OR a.mois <= date_trunc('month', p.date_fin))
