-- For each passage that has live allocations: the month of the first, and that of the first which is
-- still only entered.
SELECT structure_id, parcours_id, min(mois) AS premier_mois,
       min(CASE WHEN statut = 'ENREGISTRE' THEN mois END) AS premier_enregistre
FROM allocations
WHERE statut NOT IN ('REJETE', 'ANNULE') AND parcours_id IS NOT NULL
GROUP BY structure_id, parcours_id
