-- One row per code of the offre de service that a centre uses: since when, until when, how much of late and
-- in the year before, under how many families, and since when the centre has codes at all. A code is short
-- and holds a figure: anything else may be a text out of its place, that no list may show.
WITH usage AS (
  SELECT structure_id, code_service, ref, min(date) AS premier, max(date) AS dernier,
         sum(CASE WHEN date > ref - INTERVAL '3 months' THEN 1 ELSE 0 END) AS usages_recents,
         sum(CASE WHEN date > ref - INTERVAL '15 months' AND date <= ref - INTERVAL '3 months' THEN 1 ELSE 0 END) AS usages_annee,
         min(famille) <> max(famille) AS plusieurs_familles
  FROM proposition
  WHERE NOT orphelin AND date <= ref AND length(code_service) <= 12
    AND translate(code_service, '0123456789', '') <> code_service AND translate(code_service, ' ', '') = code_service
  GROUP BY structure_id, code_service, ref
),
debut AS (
  SELECT structure_id, min(premier) AS debut, sum(usages_recents) AS recents FROM usage GROUP BY structure_id
)
SELECT u.structure_id, 'codes_service' AS table_source, u.code_service AS objet_id,
       CAST(NULL AS VARCHAR) AS dossier_id, CAST(NULL AS VARCHAR) AS conseiller_id,
       CAST(NULL AS VARCHAR) AS antenne,
       u.ref, u.premier, u.dernier, u.usages_recents, u.usages_annee, u.plusieurs_familles,
       d.debut AS debut_centre, d.recents AS usages_centre
FROM usage u
JOIN debut d ON d.structure_id = u.structure_id
