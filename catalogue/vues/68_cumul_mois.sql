-- What the live allocations of a dossier add up to in each month, and how many are of each kind.
SELECT structure_id, dossier_id, mois,
       sum(CASE WHEN type IN ('PACEA', 'PIAL') THEN montant END) AS somme_mois,
       sum(CASE WHEN type IN ('PACEA', 'PIAL') THEN 1 ELSE 0 END) AS pacea_du_mois,
       sum(CASE WHEN type IN ('GJ', 'CEJ') THEN 1 ELSE 0 END) AS gj_cej_du_mois
FROM allocations
WHERE statut NOT IN ('REJETE', 'ANNULE')
GROUP BY structure_id, dossier_id, mois
