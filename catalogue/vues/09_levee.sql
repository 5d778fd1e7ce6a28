-- One row per dossier that was ever proposed something on health, housing or mobility.
SELECT structure_id, dossier_id,
       max(derniere) AS dernier_frein,
       max(CASE WHEN famille = 'SANTE' THEN derniere END) AS derniere_sante
FROM frein
GROUP BY structure_id, dossier_id
