-- One row per centre: what is usual among its conseillers in post who have dossiers ACTIF (median, and
-- median of the distances to it), and among those who hold interviews (quartiles).
WITH pair AS (
  SELECT structure_id,
         CASE WHEN actifs > 0 THEN CAST(actifs AS DOUBLE) END AS actifs,
         CASE WHEN entretiens > 0 THEN CAST(entretiens AS DOUBLE) END AS entretiens
  FROM charge
  WHERE en_poste
),
milieu AS (
  SELECT structure_id, count(actifs) AS pairs_actifs, median(actifs) AS mediane_actifs,
         count(entretiens) AS pairs_entretiens,
         percentile_cont(0.25) WITHIN GROUP (ORDER BY entretiens) AS q1_entretiens,
         percentile_cont(0.75) WITHIN GROUP (ORDER BY entretiens) AS q3_entretiens
  FROM pair
  GROUP BY structure_id
)
SELECT m.structure_id, m.pairs_actifs, m.mediane_actifs, m.pairs_entretiens, m.q1_entretiens, m.q3_entretiens,
       median(greatest(p.actifs - m.mediane_actifs, m.mediane_actifs - p.actifs)) AS mad_actifs
FROM milieu m
JOIN pair p ON p.structure_id = m.structure_id
GROUP BY m.structure_id, m.pairs_actifs, m.mediane_actifs, m.pairs_entretiens, m.q1_entretiens, m.q3_entretiens
