-- The rank of each passage among those of its dossier in the same dispositif, by entry, and the entry
-- before it.
SELECT structure_id, parcours_id,
       row_number() OVER passages AS rang,
       lag(date_entree) OVER passages AS entree_precedente
FROM parcours
WINDOW passages AS (PARTITION BY structure_id, dossier_id, dispositif
                    ORDER BY date_entree ASC NULLS LAST, parcours_id)
