-- The PACEA during which a proposition on health, housing or mobility was realised. The day that counts is
-- that of its realisation, or its own when that one was not entered.
SELECT DISTINCT p.structure_id, p.parcours_id
FROM pacea p
JOIN propositions r ON r.structure_id = p.structure_id AND r.dossier_id = p.dossier_id
WHERE r.etat = 'REALISE' AND r.famille IN ('SANTE', 'LOGEMENT', 'MOBILITE')
  AND coalesce(r.date_realisation, r.date) >= p.date_entree
  AND (p.date_fin IS NULL OR coalesce(r.date_realisation, r.date) <= p.date_fin)
