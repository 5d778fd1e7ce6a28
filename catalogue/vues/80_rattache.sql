-- Every row that may name a dossier, to be asked whether the dossier is known to the centre.
SELECT structure_id, table_source, objet_id, dossier_id, orphelin, conseiller_id, antenne, ref FROM passage
UNION ALL
SELECT structure_id, table_source, objet_id, dossier_id, orphelin, conseiller_id, antenne, ref FROM evenement
UNION ALL
SELECT structure_id, table_source, objet_id, dossier_id, orphelin, conseiller_id, antenne, ref FROM proposition
UNION ALL
SELECT structure_id, table_source, objet_id, dossier_id, orphelin, conseiller_id, antenne, ref FROM situation
UNION ALL
SELECT structure_id, table_source, objet_id, dossier_id, orphelin, conseiller_id, antenne, ref FROM allocation
