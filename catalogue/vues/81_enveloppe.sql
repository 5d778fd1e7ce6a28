-- One row per notification of an envelope, named by its type, its year and its day: it has no key.
SELECT structure_id, 'enveloppes' AS table_source,
       concat(type, ' ', CAST(annee AS VARCHAR), ' du ', coalesce(CAST(date_notification AS VARCHAR), 'jour inconnu')) AS objet_id,
       CAST(NULL AS VARCHAR) AS dossier_id, CAST(NULL AS VARCHAR) AS conseiller_id,
       CAST(NULL AS VARCHAR) AS antenne,
       annee, type, date_notification, montant
FROM enveloppes
