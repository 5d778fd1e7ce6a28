-- Browsers in which people signed in: the fingerprint of a random token that the browser keeps, by person. The token itself is
-- kept nowhere. What is forgotten stays until it is swept.

CREATE TABLE appareil (
    empreinte TEXT NOT NULL,
    personne_id TEXT NOT NULL REFERENCES personne (id),
    agent TEXT NOT NULL,
    cree_le TEXT NOT NULL,
    vu_le TEXT NOT NULL,
    -- Who said that it is that person's, and when; none while nobody did.
    confirme_par TEXT,
    confirme_le TEXT,
    oublie_le TEXT,
    PRIMARY KEY (empreinte, personne_id)
);
CREATE INDEX appareil_personne ON appareil (personne_id);

-- From where and when names open is a matter of circumstances: what was set keeps its value under that name.
UPDATE parametre SET cle = 'circonstance:' || substr(cle, 10) WHERE cle LIKE 'contexte:%';
