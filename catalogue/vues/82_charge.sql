-- One row per conseiller: who is in post at `ref`, with how many dossiers ACTIF, and how many individual
-- interviews over the last three months.
WITH actif AS (
  SELECT structure_id, conseiller_id, count(*) AS actifs
  FROM dossier
  WHERE statut = 'ACTIF' AND conseiller_id IS NOT NULL
  GROUP BY structure_id, conseiller_id
),
acte AS (
  SELECT structure_id, conseiller_nomme, max(date) AS dernier_acte,
         sum(CASE WHEN entretien AND date > ref - INTERVAL '3 months' THEN 1 ELSE 0 END) AS entretiens
  FROM evenement
  WHERE honore AND date <= ref AND conseiller_nomme IS NOT NULL
  GROUP BY structure_id, conseiller_nomme
)
SELECT c.structure_id, c.conseiller_id, c.antenne, v.ref, c.date_debut, c.date_fin,
       coalesce(c.date_debut <= v.ref, true) AND coalesce(c.date_fin >= v.ref, true) AS en_poste,
       coalesce(a.actifs, 0) AS actifs, coalesce(b.entretiens, 0) AS entretiens, b.dernier_acte
FROM conseillers c
JOIN versions v ON v.structure_id = c.structure_id
LEFT JOIN actif a ON a.structure_id = c.structure_id AND a.conseiller_id = c.conseiller_id
LEFT JOIN acte b ON b.structure_id = c.structure_id AND b.conseiller_nomme = c.conseiller_id
