-- For each PACEA entered, what it was accompanied by: the kinds of event honoured from its first day to its
-- last, how many of its months (runs of 30 days from its entry) have each, and of its first twelve for two of
-- them, and the day of the first individual interview. For each passage in the obligation de formation likewise: one that has a row here has an event
-- honoured, whatever its kind.
SELECT structure_id, parcours_id,
       bool_or(entretien) AS entretien,
       bool_or(atelier) AS atelier,
       bool_or(collectif) AS collectif,
       bool_or(distance) AS distance,
       sum(CASE WHEN entretien THEN 1 ELSE 0 END) AS mois_entretien,
       sum(CASE WHEN atelier THEN 1 ELSE 0 END) AS mois_atelier,
       sum(CASE WHEN collectif THEN 1 ELSE 0 END) AS mois_collectif,
       sum(CASE WHEN distance THEN 1 ELSE 0 END) AS mois_distance,
       sum(CASE WHEN entretien AND tranche < 12 THEN 1 ELSE 0 END) AS mois_entretien_an,
       sum(CASE WHEN distance AND tranche < 12 THEN 1 ELSE 0 END) AS mois_distance_an,
       min(premier_entretien) AS premier_entretien
FROM (
  SELECT p.structure_id, p.parcours_id, CAST(floor((e.date - p.date_entree) / 30.0) AS BIGINT) AS tranche,
         bool_or(e.type = 'ENTRETIEN_INDIVIDUEL') AS entretien,
         bool_or(e.type = 'ATELIER') AS atelier,
         bool_or(e.type = 'INFORMATION_COLLECTIVE') AS collectif,
         bool_or(e.type IN ('TELEPHONE', 'MAIL', 'SMS', 'COURRIER')) AS distance,
         min(CASE WHEN e.type = 'ENTRETIEN_INDIVIDUEL' THEN e.date END) AS premier_entretien
  FROM parcours p
  JOIN evenements e ON e.structure_id = p.structure_id AND e.dossier_id = p.dossier_id
  WHERE p.dispositif IN ('PACEA', 'OBLIGATION') AND p.date_entree IS NOT NULL AND e.statut = 'PRESENT'
    AND e.date >= p.date_entree AND (p.date_fin IS NULL OR e.date <= p.date_fin)
  GROUP BY p.structure_id, p.parcours_id, CAST(floor((e.date - p.date_entree) / 30.0) AS BIGINT)
) t
GROUP BY structure_id, parcours_id
