-- What each centre entered month by month: premiers accueils, entries in PACEA, ends of PACEA, honoured
-- events.
SELECT structure_id, 'ACCUEIL' AS serie, CAST(date_trunc('month', date_premier_accueil) AS DATE) AS mois, count(*) AS n
FROM dossier
WHERE date_premier_accueil IS NOT NULL
GROUP BY structure_id, CAST(date_trunc('month', date_premier_accueil) AS DATE)
UNION ALL
SELECT structure_id, 'ENTREE' AS serie, CAST(date_trunc('month', date_entree) AS DATE) AS mois, count(*) AS n
FROM passage
WHERE NOT orphelin AND dispositif = 'PACEA' AND date_entree IS NOT NULL
GROUP BY structure_id, CAST(date_trunc('month', date_entree) AS DATE)
UNION ALL
SELECT structure_id, 'SORTIE' AS serie, CAST(date_trunc('month', date_fin) AS DATE) AS mois, count(*) AS n
FROM passage
WHERE NOT orphelin AND dispositif = 'PACEA' AND date_fin IS NOT NULL
GROUP BY structure_id, CAST(date_trunc('month', date_fin) AS DATE)
UNION ALL
SELECT structure_id, 'EVENEMENT' AS serie, CAST(date_trunc('month', date) AS DATE) AS mois, count(*) AS n
FROM evenement
WHERE NOT orphelin AND honore AND date IS NOT NULL
GROUP BY structure_id, CAST(date_trunc('month', date) AS DATE)
