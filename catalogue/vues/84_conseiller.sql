-- One row per conseiller, beside what is usual in the centre.
SELECT c.structure_id, 'conseillers' AS table_source, c.conseiller_id AS objet_id,
       CAST(NULL AS VARCHAR) AS dossier_id, c.conseiller_id, c.antenne, c.ref,
       c.date_debut, c.date_fin, c.en_poste, c.actifs, c.entretiens, c.dernier_acte,
       p.pairs_actifs, p.mediane_actifs, p.mad_actifs, p.pairs_entretiens, p.q1_entretiens, p.q3_entretiens
FROM charge c
LEFT JOIN pairs p ON p.structure_id = c.structure_id
