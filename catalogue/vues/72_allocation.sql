-- One row per allocation. It is live when its state is known and is neither refused nor cancelled.
SELECT a.structure_id, 'allocations' AS table_source, a.allocation_id AS objet_id, a.dossier_id,
       f.dossier_id IS NULL AS orphelin,
       f.conseiller_id, f.antenne, v.ref,
       a.type, a.mois, a.montant, a.statut, a.date_envoi_asp, a.date_retour_asp, a.montant_paye,
       f.date_naissance, f.sexe, f.qpv, f.zrr, f.niveau_formation, f.rqth, f.nationalite,
       f.date_premier_accueil, f.statut_dossier, f.age_limite,
       a.vivante, m.plafond AS plafond_mois,
       CASE WHEN date_part('year', a.mois) <= 2020 THEN 3 ELSE 6 END * y.plafond AS plafond_annee,
       g.somme_mois, h.somme_annee, g.pacea_du_mois, g.gj_cej_du_mois,
       p.allocation_id IS NOT NULL AS dans_pacea,
       d.allocation_id IS NOT NULL AS dans_parcours,
       a.parcours_id,
       r.parcours_id IS NOT NULL AS parcours_connu,
       coalesce(r.dossier_id <> a.dossier_id, false) AS parcours_autre,
       r.dispositif AS dispositif_parcours,
       coalesce(q.premier_enregistre = q.premier_mois AND a.mois > q.premier_mois, false) AS premiere_en_attente
FROM (SELECT *, coalesce(statut NOT IN ('REJETE', 'ANNULE'), false) AS vivante FROM allocations) a
JOIN versions v ON v.structure_id = a.structure_id
LEFT JOIN plafonds m ON m.debut <= a.mois AND a.mois <= coalesce(m.fin, DATE '9999-12-31')
LEFT JOIN plafond_annuel y ON y.annee = date_trunc('year', a.mois)::date
LEFT JOIN dans_pacea p ON p.structure_id = a.structure_id AND p.allocation_id = a.allocation_id
LEFT JOIN dans_parcours d ON d.structure_id = a.structure_id AND d.allocation_id = a.allocation_id
LEFT JOIN parcours r ON r.structure_id = a.structure_id AND r.parcours_id = a.parcours_id
LEFT JOIN premiere q ON q.structure_id = a.structure_id AND q.parcours_id = a.parcours_id
LEFT JOIN cumul_mois g ON g.structure_id = a.structure_id AND g.dossier_id = a.dossier_id AND g.mois = a.mois
LEFT JOIN cumul_annee h ON h.structure_id = a.structure_id AND h.dossier_id = a.dossier_id
     AND h.annee = date_trunc('year', a.mois)::date
LEFT JOIN fait f ON f.structure_id = a.structure_id AND f.dossier_id = a.dossier_id
