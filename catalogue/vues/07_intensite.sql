-- One row per dossier whose CEJ has been open for 28 days at least: the hours of activity entered over
-- the last 28 days, counted as the CEJ's own application does: a workshop 4 h, an information collective
-- 3 h, an interview or a visit 1 h, an act realised 3 h (emploi, formation) or 2 h. A situation counts its
-- weekly hours; unknown ones count as 35.
WITH cej AS (
  SELECT p.structure_id, p.dossier_id, v.ref
  FROM parcours p
  JOIN versions v ON v.structure_id = p.structure_id
  WHERE p.dispositif = 'CEJ' AND p.dossier_id IS NOT NULL AND p.date_entree <= v.ref - INTERVAL '28 days'
    AND (p.date_fin IS NULL OR p.date_fin >= v.ref)
  GROUP BY p.structure_id, p.dossier_id, v.ref
),
activite AS (
  SELECT structure_id, dossier_id, CAST(0 AS DOUBLE) AS heures
  FROM cej
  UNION ALL
  SELECT c.structure_id, c.dossier_id,
         CAST(CASE WHEN e.type = 'ATELIER' THEN 4 WHEN e.type = 'INFORMATION_COLLECTIVE' THEN 3 ELSE 1 END AS DOUBLE) AS heures
  FROM cej c
  JOIN evenements e ON e.structure_id = c.structure_id AND e.dossier_id = c.dossier_id
  WHERE e.statut = 'PRESENT' AND e.date > c.ref - INTERVAL '28 days' AND e.date <= c.ref
    AND e.type IN ('ATELIER', 'INFORMATION_COLLECTIVE', 'ENTRETIEN_INDIVIDUEL', 'VISITE')
  UNION ALL
  SELECT c.structure_id, c.dossier_id,
         CAST(CASE WHEN p.famille IN ('EMPLOI', 'FORMATION') THEN 3 ELSE 2 END AS DOUBLE) AS heures
  FROM cej c
  JOIN propositions p ON p.structure_id = c.structure_id AND p.dossier_id = c.dossier_id
  WHERE p.etat = 'REALISE' AND p.date_realisation > c.ref - INTERVAL '28 days' AND p.date_realisation <= c.ref
    AND p.famille <> 'AUTRE'
  UNION ALL
  SELECT c.structure_id, c.dossier_id,
         CAST(coalesce(s.heures_hebdo, 35) AS DOUBLE)
         * CAST(least(coalesce(s.date_fin, c.ref), c.ref)
                - greatest(s.date_debut, CAST(c.ref - INTERVAL '27 days' AS DATE)) + 1 AS DOUBLE) / 7 AS heures
  FROM cej c
  JOIN situations s ON s.structure_id = c.structure_id AND s.dossier_id = c.dossier_id
  WHERE s.categorie IN ('EMPLOI', 'ALTERNANCE', 'FORMATION', 'IMMERSION', 'PMSMP', 'VOLONTARIAT')
    AND s.date_debut <= c.ref AND (s.date_fin IS NULL OR s.date_fin > c.ref - INTERVAL '28 days')
)
SELECT structure_id, dossier_id, sum(heures) AS heures_cej
FROM activite
GROUP BY structure_id, dossier_id
