-- One row per passage in a dispositif, the diagnostic approfondi included. The facts of the dossier,
-- the most numerous columns, are joined last.
SELECT p.structure_id, 'parcours' AS table_source, p.parcours_id AS objet_id, p.dossier_id,
       f.dossier_id IS NULL AS orphelin,
       coalesce(p.conseiller_id, f.conseiller_id) AS conseiller_id, f.antenne, v.ref,
       p.conseiller_id AS conseiller_nomme, c.conseiller_id IS NOT NULL AS conseiller_connu,
       p.dispositif, p.date_initialisation, p.date_entree, p.date_fin_prevue, p.date_fin, p.motif_fin,
       f.date_naissance, f.sexe, f.qpv, f.zrr, f.niveau_formation, f.rqth, f.nationalite,
       f.date_premier_accueil, f.statut_dossier, f.age_limite,
       age(f.date_naissance, p.date_entree) AS age_entree,
       least(coalesce(p.date_fin, v.ref), v.ref) AS fin_ou_ref,
       least(coalesce(p.date_fin, v.ref), v.ref) - p.date_entree AS jours_ecoules,
       p.date_fin - p.date_entree AS duree_jours,
       p.date_entree <= v.ref AND (p.date_fin IS NULL OR p.date_fin >= v.ref) AS ouvert_ref,
       r.rang, r.entree_precedente,
       coalesce(x.meme_dispositif, false) AS chevauche,
       coalesce(x.cej_sur_gj, false) AS chevauche_gj,
       coalesce(x.pacea_sur_gj, false) AS avec_gj,
       o.parcours_id IS NOT NULL AS situation_sortie,
       coalesce(o.positive, false) AS positive_sortie,
       coalesce(o.durable, false) AS durable_sortie,
       coalesce(o.emploi, false) AS emploi_sortie,
       coalesce(o.solution, false) AS solution_sortie,
       coalesce(w.entretien, false) AS entretien_pendant,
       coalesce(w.atelier, false) AS atelier_pendant,
       coalesce(w.collectif, false) AS collectif_pendant,
       coalesce(w.distance, false) AS distance_pendant,
       w.parcours_id IS NOT NULL AS honore_pendant,
       coalesce(w.mois_entretien, 0) AS mois_entretien,
       coalesce(w.mois_atelier, 0) AS mois_atelier,
       coalesce(w.mois_collectif, 0) AS mois_collectif,
       coalesce(w.mois_distance, 0) AS mois_distance,
       coalesce(w.mois_entretien_an, 0) AS mois_entretien_an,
       coalesce(w.mois_distance_an, 0) AS mois_distance_an,
       w.premier_entretien,
       coalesce(t.emploi, false) AS emploi_pendant,
       coalesce(t.formation, false) AS formation_pendant,
       coalesce(t.immersion, false) AS immersion_pendant,
       coalesce(t.pmsmp, 0) AS pmsmp_pendant,
       u.parcours_id IS NOT NULL AS frein_leve,
       l.parcours_id IS NOT NULL AS alloue,
       z.premiere AS premiere_solution,
       a.dernier_diagnostic,
       coalesce(a.pacea_ouvert, false) AS pacea_ouvert_entree,
       a.pacea_fin,
       coalesce(e.scolaire, false) AS scolaire_entree,
       coalesce(e.formation, false) AS formation_entree,
       e.heures_emploi AS heures_emploi_entree,
       s.dernier_pacea,
       k.dernier_honore
FROM parcours p
JOIN versions v ON v.structure_id = p.structure_id
LEFT JOIN conseillers c ON c.structure_id = p.structure_id AND c.conseiller_id = p.conseiller_id
LEFT JOIN rang r ON r.structure_id = p.structure_id AND r.parcours_id = p.parcours_id
LEFT JOIN chevauchement x ON x.structure_id = p.structure_id AND x.parcours_id = p.parcours_id
LEFT JOIN sortie o ON o.structure_id = p.structure_id AND o.parcours_id = p.parcours_id
LEFT JOIN avant a ON a.structure_id = p.structure_id AND a.parcours_id = p.parcours_id
LEFT JOIN situation_entree e ON e.structure_id = p.structure_id AND e.parcours_id = p.parcours_id
LEFT JOIN accompagne w ON w.structure_id = p.structure_id AND w.parcours_id = p.parcours_id
LEFT JOIN pratique t ON t.structure_id = p.structure_id AND t.parcours_id = p.parcours_id
LEFT JOIN appui u ON u.structure_id = p.structure_id AND u.parcours_id = p.parcours_id
LEFT JOIN alloue l ON l.structure_id = p.structure_id AND l.parcours_id = p.parcours_id
LEFT JOIN solution z ON z.structure_id = p.structure_id AND z.parcours_id = p.parcours_id
LEFT JOIN suivi s ON s.structure_id = p.structure_id AND s.dossier_id = p.dossier_id
LEFT JOIN contact k ON k.structure_id = p.structure_id AND k.dossier_id = p.dossier_id
LEFT JOIN fait f ON f.structure_id = p.structure_id AND f.dossier_id = p.dossier_id
