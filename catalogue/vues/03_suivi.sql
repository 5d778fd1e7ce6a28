-- One row per dossier that has a passage: what its passages say of it at `ref`.
SELECT p.structure_id, p.dossier_id,
       min(CASE WHEN p.dispositif = 'DIAG' THEN p.date_entree END) AS premier_diagnostic,
       max(CASE WHEN p.dispositif = 'PACEA' THEN p.date_entree END) AS dernier_pacea,
       bool_or(p.dispositif IN ('PACEA', 'GJ', 'CEJ') AND p.date_entree IS NOT NULL) AS programme_entre,
       bool_or(p.dispositif IN ('PACEA', 'GJ', 'CEJ') AND p.date_entree <= v.ref
               AND (p.date_fin IS NULL OR p.date_fin >= v.ref)) AS programme_ouvert,
       bool_or(p.dispositif = 'PACEA' AND p.date_entree <= v.ref
               AND (p.date_fin IS NULL OR p.date_fin >= v.ref)) AS pacea_ouvert,
       bool_or(p.dispositif IN ('PPAE', 'OBLIGATION', 'PARRAINAGE', 'RSA', 'AUTRE') AND p.date_entree <= v.ref
               AND (p.date_fin IS NULL OR p.date_fin >= v.ref)) AS autre_ouvert
FROM parcours p
JOIN versions v ON v.structure_id = p.structure_id
WHERE p.dossier_id IS NOT NULL
GROUP BY p.structure_id, p.dossier_id
