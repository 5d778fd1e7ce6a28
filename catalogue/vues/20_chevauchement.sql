-- Passages that overlap another passage of the same dossier: one of the same dispositif, or for a
-- CEJ or a PACEA one in Garantie jeunes. An empty end is infinite.
SELECT a.structure_id, a.parcours_id,
       bool_or(a.dispositif = b.dispositif) AS meme_dispositif,
       bool_or(a.dispositif = 'CEJ' AND b.dispositif = 'GJ') AS cej_sur_gj,
       bool_or(a.dispositif = 'PACEA' AND b.dispositif = 'GJ') AS pacea_sur_gj
FROM parcours a
JOIN parcours b ON b.structure_id = a.structure_id AND b.dossier_id = a.dossier_id
     AND b.parcours_id <> a.parcours_id
WHERE a.date_entree < coalesce(b.date_fin, DATE '9999-12-31')
  AND b.date_entree < coalesce(a.date_fin, DATE '9999-12-31')
GROUP BY a.structure_id, a.parcours_id
