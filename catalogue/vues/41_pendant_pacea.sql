-- Events dated while a PACEA of their dossier was open.
SELECT DISTINCT e.structure_id, e.evenement_id
FROM evenements e
JOIN pacea p ON p.structure_id = e.structure_id AND p.dossier_id = e.dossier_id
WHERE p.date_entree <= e.date AND (p.date_fin IS NULL OR p.date_fin >= e.date)
