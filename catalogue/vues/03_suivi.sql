-- One row per dossier that has a passage: what its passages say of it at `ref`, and since when.
SELECT structure_id, dossier_id,
       min(CASE WHEN dispositif = 'DIAG' THEN date_entree END) AS premier_diagnostic,
       min(CASE WHEN dispositif = 'PACEA' THEN date_entree END) AS premier_pacea,
       max(CASE WHEN dispositif = 'PACEA' THEN date_entree END) AS dernier_pacea,
       bool_or(dispositif IN ('PACEA', 'GJ', 'CEJ') AND date_entree IS NOT NULL) AS programme_entre,
       bool_or(dispositif IN ('PACEA', 'GJ', 'CEJ') AND ouvert) AS programme_ouvert,
       bool_or(dispositif = 'PACEA' AND ouvert) AS pacea_ouvert,
       bool_or(dispositif IN ('PPAE', 'OBLIGATION', 'PARRAINAGE', 'RSA', 'AUTRE') AND ouvert) AS autre_ouvert,
       max(CASE WHEN dispositif = 'PACEA' AND ouvert THEN date_entree END) AS pacea_depuis,
       max(CASE WHEN dispositif = 'PACEA' AND ouvert AND date_fin IS NULL THEN date_entree END) AS pacea_a_clore,
       min(CASE WHEN dispositif = 'OBLIGATION' AND ouvert THEN date_entree END) AS obligation_depuis
FROM (
  SELECT p.structure_id, p.dossier_id, p.dispositif, p.date_entree, p.date_fin,
         p.date_entree <= v.ref AND (p.date_fin IS NULL OR p.date_fin >= v.ref) AS ouvert
  FROM parcours p
  JOIN versions v ON v.structure_id = p.structure_id
  WHERE p.dossier_id IS NOT NULL
) p
GROUP BY structure_id, dossier_id
