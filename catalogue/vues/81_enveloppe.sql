-- One row per notification of an envelope.
SELECT structure_id, annee, type, date_notification, montant FROM enveloppes
