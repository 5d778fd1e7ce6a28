-- Events that carry at least one proposition.
SELECT DISTINCT structure_id, evenement_id FROM propositions WHERE evenement_id IS NOT NULL
