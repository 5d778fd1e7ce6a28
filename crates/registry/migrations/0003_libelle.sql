-- A mapping is shown as the person wrote it, not in the form that is compared.
ALTER TABLE correspondance ADD COLUMN libelle TEXT;
