-- The 24 whole months before `ref`, of every series that the centre has already begun: a month without
-- anything counts zero.
SELECT c.structure_id, c.serie, c.mois, c.ref, coalesce(n.n, 0) AS n
FROM (
  SELECT v.structure_id, v.ref, s.serie, s.debut, CAST(date_trunc('month', v.ref - r.recul) AS DATE) AS mois
  FROM versions v
  JOIN (SELECT structure_id, serie, min(mois) AS debut FROM compte_mois GROUP BY structure_id, serie) s
    ON s.structure_id = v.structure_id
  CROSS JOIN (
    SELECT column1 AS recul
    FROM (VALUES (INTERVAL '1 month'), (INTERVAL '2 months'), (INTERVAL '3 months'), (INTERVAL '4 months'), (INTERVAL '5 months'),
                 (INTERVAL '6 months'), (INTERVAL '7 months'), (INTERVAL '8 months'), (INTERVAL '9 months'), (INTERVAL '10 months'),
                 (INTERVAL '11 months'), (INTERVAL '12 months'), (INTERVAL '13 months'), (INTERVAL '14 months'), (INTERVAL '15 months'),
                 (INTERVAL '16 months'), (INTERVAL '17 months'), (INTERVAL '18 months'), (INTERVAL '19 months'), (INTERVAL '20 months'),
                 (INTERVAL '21 months'), (INTERVAL '22 months'), (INTERVAL '23 months'), (INTERVAL '24 months')) AS reculs(column1)
  ) r
) c
LEFT JOIN compte_mois n ON n.structure_id = c.structure_id AND n.serie = c.serie AND n.mois = c.mois
WHERE c.mois >= c.debut
