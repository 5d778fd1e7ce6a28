-- One row per centre, series and month of the twelve before `ref`, named by its month, beside the twelve
-- months that precede it: how many of them are known, their median, the median of the distances to it,
-- their quartiles, and the same month a year before.
WITH passe AS (
  SELECT m.structure_id, m.serie, m.mois, m.ref, m.n, CAST(p.n AS DOUBLE) AS avant,
         p.mois = m.mois - INTERVAL '12 months' AS un_an
  FROM calendrier m
  LEFT JOIN calendrier p ON p.structure_id = m.structure_id AND p.serie = m.serie
       AND p.mois < m.mois AND p.mois >= m.mois - INTERVAL '12 months'
  WHERE m.mois >= date_trunc('month', m.ref - INTERVAL '12 months')
),
milieu AS (
  SELECT structure_id, serie, mois, ref, n, count(avant) AS mois_connus, median(avant) AS mediane,
         percentile_cont(0.25) WITHIN GROUP (ORDER BY avant) AS q1,
         percentile_cont(0.75) WITHIN GROUP (ORDER BY avant) AS q3,
         max(CASE WHEN un_an THEN avant END) AS un_an_avant
  FROM passe
  GROUP BY structure_id, serie, mois, ref, n
)
SELECT m.structure_id, 'mois' AS table_source, substr(CAST(m.mois AS VARCHAR), 1, 7) AS objet_id,
       CAST(NULL AS VARCHAR) AS dossier_id, CAST(NULL AS VARCHAR) AS conseiller_id,
       CAST(NULL AS VARCHAR) AS antenne,
       m.ref, m.serie, m.mois, m.n, m.mois_connus, m.mediane, m.q1, m.q3, m.un_an_avant,
       median(greatest(p.avant - m.mediane, m.mediane - p.avant)) AS mad
FROM milieu m
JOIN passe p ON p.structure_id = m.structure_id AND p.serie = m.serie AND p.mois = m.mois
GROUP BY m.structure_id, m.serie, m.mois, m.ref, m.n, m.mois_connus, m.mediane, m.q1, m.q3, m.un_an_avant
