-- Allocations of Garantie jeunes, CEJ or PIAL whose month touches that dispositif, or follows its last.
SELECT DISTINCT a.structure_id, a.allocation_id
FROM allocations a
JOIN parcours p ON p.structure_id = a.structure_id AND p.dossier_id = a.dossier_id AND p.dispositif = a.type
WHERE a.type IN ('GJ', 'CEJ', 'PIAL') AND a.mois >= date_trunc('month', p.date_entree)
  AND (p.date_fin IS NULL OR a.mois <= date_trunc('month', p.date_fin + INTERVAL '1 month'))
