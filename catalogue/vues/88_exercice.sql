-- One row per centre, kind of envelope and calendar year that has a notification or a live allocation up
-- to `ref`: what was notified, what was consumed, and how many months of the year are over or under way.
WITH notifie AS (
  SELECT e.structure_id, e.type, e.annee, sum(e.montant) AS montant
  FROM enveloppes e
  JOIN versions v ON v.structure_id = e.structure_id
  WHERE e.date_notification <= v.ref
  GROUP BY e.structure_id, e.type, e.annee
),
consomme AS (
  SELECT structure_id, type, CAST(date_part('year', mois) AS BIGINT) AS annee, sum(montant) AS montant
  FROM allocation
  WHERE NOT orphelin AND vivante AND type IN ('PACEA', 'PIAL') AND mois <= ref
  GROUP BY structure_id, type, CAST(date_part('year', mois) AS BIGINT)
),
annee AS (
  SELECT structure_id, type, CAST(annee AS BIGINT) AS annee FROM notifie
  UNION
  SELECT structure_id, type, annee FROM consomme
)
SELECT a.structure_id, 'enveloppes' AS table_source, concat(a.type, ' ', CAST(a.annee AS VARCHAR)) AS objet_id,
       CAST(NULL AS VARCHAR) AS dossier_id, CAST(NULL AS VARCHAR) AS conseiller_id,
       CAST(NULL AS VARCHAR) AS antenne,
       v.ref, a.type, a.annee, n.montant AS notifie, coalesce(c.montant, 0) AS consomme,
       CASE WHEN a.annee < date_part('year', v.ref) THEN 12 ELSE date_part('month', v.ref) END AS mois_ecoules
FROM annee a
JOIN versions v ON v.structure_id = a.structure_id
LEFT JOIN notifie n ON n.structure_id = a.structure_id AND n.type = a.type AND n.annee = a.annee
LEFT JOIN consomme c ON c.structure_id = a.structure_id AND c.type = a.type AND c.annee = a.annee
WHERE a.annee <= date_part('year', v.ref)
