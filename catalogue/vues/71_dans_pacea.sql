-- Allocations whose month touches a PACEA of their dossier.
SELECT DISTINCT a.structure_id, a.allocation_id
FROM allocations a
JOIN pacea p ON p.structure_id = a.structure_id AND p.dossier_id = a.dossier_id
WHERE a.mois >= date_trunc('month', p.date_entree)
  AND (p.date_fin IS NULL OR a.mois <= date_trunc('month', p.date_fin))
