-- Propositions on health, housing or mobility realised while a PACEA of their dossier was open. The day that
-- counts is that of the realisation, or their own when that one was not entered, as for the PACEA themselves.
SELECT DISTINCT r.structure_id, r.proposition_id
FROM pacea p
JOIN propositions r ON r.structure_id = p.structure_id AND r.dossier_id = p.dossier_id
WHERE r.etat = 'REALISE' AND r.famille IN ('SANTE', 'LOGEMENT', 'MOBILITE')
  AND coalesce(r.date_realisation, r.date) >= p.date_entree
  AND (p.date_fin IS NULL OR coalesce(r.date_realisation, r.date) <= p.date_fin)
