-- What the live PACEA and PIAL allocations of a dossier add up to in each calendar year.
SELECT structure_id, dossier_id, date_trunc('year', mois)::date AS annee, sum(montant) AS somme_annee
FROM allocations
WHERE statut NOT IN ('REJETE', 'ANNULE') AND type IN ('PACEA', 'PIAL')
GROUP BY structure_id, dossier_id, date_trunc('year', mois)::date
