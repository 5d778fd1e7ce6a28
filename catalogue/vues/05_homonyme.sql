-- Identities that stand on several dossiers of one centre, by keyed fingerprint and birth date.
SELECT structure_id, empreinte_identite, date_naissance
FROM dossiers
WHERE empreinte_identite IS NOT NULL AND date_naissance IS NOT NULL
GROUP BY structure_id, empreinte_identite, date_naissance
HAVING count(*) > 1
