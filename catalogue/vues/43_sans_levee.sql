-- The propositions on health, housing or mobility still without an issue, made during a PACEA that has ended and
-- during which none was realised: the last day of that PACEA.
SELECT r.structure_id, r.proposition_id, max(p.date_fin) AS pacea_fin
FROM propositions r
JOIN pacea p ON p.structure_id = r.structure_id AND p.dossier_id = r.dossier_id
LEFT JOIN appui u ON u.structure_id = p.structure_id AND u.parcours_id = p.parcours_id
WHERE r.etat = 'PRESCRIT' AND r.famille IN ('SANTE', 'LOGEMENT', 'MOBILITE')
  AND r.date >= p.date_entree AND r.date <= p.date_fin AND u.parcours_id IS NULL
GROUP BY r.structure_id, r.proposition_id
