-- One row per dossier that has a situation: what the young person lives at `ref`, and since when. What is
-- not known of a situation counts for it: it is open unless its end or its state says otherwise.
SELECT structure_id, dossier_id,
       bool_or(ouverte) AS situation_ouverte,
       min(CASE WHEN ouverte AND categorie IN ('SCOLARITE', 'ALTERNANCE', 'FORMATION', 'EMPLOI', 'VOLONTARIAT')
           THEN date_debut END) AS occupe_depuis,
       min(CASE WHEN ouverte AND categorie = 'EMPLOI' AND sous_type = 'CDI' THEN date_debut END) AS cdi_depuis,
       max(CASE WHEN categorie IN ('EMPLOI', 'ALTERNANCE', 'FORMATION', 'IMMERSION', 'PMSMP', 'VOLONTARIAT')
                     AND date_debut <= ref THEN date_debut END) AS derniere_pratique
FROM (
  SELECT s.structure_id, s.dossier_id, s.categorie, s.sous_type, s.date_debut, v.ref,
         coalesce(s.date_debut <= v.ref, true) AND coalesce(s.date_fin >= v.ref, true)
         AND coalesce(s.etat = 'EN_COURS', true) AS ouverte
  FROM situations s
  JOIN versions v ON v.structure_id = s.structure_id
  WHERE s.dossier_id IS NOT NULL
) s
GROUP BY structure_id, dossier_id
