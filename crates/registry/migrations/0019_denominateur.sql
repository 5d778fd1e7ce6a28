-- Counts are divided by the series that indicators of the catalogue name: nothing reads what people chose before. What
-- they chose, who and when stays among the settings of the network, with every value each had, in the same order and
-- before all that were set since: the counter of settings gives ranks from 1 on.
INSERT INTO parametre (rang, cle, structure_id, valeur, par, le)
SELECT rang - 1 - (SELECT MAX(rang) FROM contexte_denominateur), 'denominateur:' || variable, '', CAST(pour AS TEXT), par, le
FROM contexte_denominateur;
DROP TABLE contexte_denominateur;
