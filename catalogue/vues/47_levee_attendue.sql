-- The propositions on health, housing or mobility still without an issue, made while a PACEA of their dossier was
-- open, of young people for whom none was realised during a PACEA that year: the day on which one more counts, were
-- it realised the year it was made.
SELECT DISTINCT r.structure_id, r.proposition_id, r.date AS jour
FROM propositions r
JOIN pacea p ON p.structure_id = r.structure_id AND p.dossier_id = r.dossier_id
LEFT JOIN (
  SELECT DISTINCT s.structure_id, s.dossier_id, date_part('year', coalesce(s.date_realisation, s.date)) AS annee
  FROM frein_pacea l
  JOIN propositions s ON s.structure_id = l.structure_id AND s.proposition_id = l.proposition_id
) d ON d.structure_id = r.structure_id AND d.dossier_id = r.dossier_id AND d.annee = date_part('year', r.date)
WHERE r.etat = 'PRESCRIT' AND r.famille IN ('SANTE', 'LOGEMENT', 'MOBILITE') AND d.dossier_id IS NULL
  AND r.date >= p.date_entree AND (p.date_fin IS NULL OR r.date <= p.date_fin)
