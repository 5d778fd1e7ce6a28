-- What deserves attention, as the last run found it, and what each person made of it. Counts only: no name,
-- no free text.

CREATE TABLE alerte (
    public TEXT NOT NULL,
    genre TEXT NOT NULL,
    -- '' for the network or the installation.
    structure_id TEXT NOT NULL,
    -- '' when it is about no portfolio.
    conseiller_id TEXT NOT NULL,
    objet TEXT NOT NULL,
    chiffre BIGINT NOT NULL,
    reference BIGINT NOT NULL,
    -- The day that it speaks of.
    jour TEXT,
    importance BIGINT NOT NULL,
    -- Since when it stands without a break.
    depuis TEXT NOT NULL,
    -- The last run that found it.
    vue_le TEXT NOT NULL,
    -- When a run no longer found it.
    close_le TEXT,
    PRIMARY KEY (public, genre, structure_id, conseiller_id, objet)
);

-- « Vue », or « ne plus me le dire »: for as long as the alert says the same.
CREATE TABLE alerte_marque (
    -- A person, or who holds a machine without accounts.
    personne_id TEXT NOT NULL,
    -- The text that names the alert.
    cle TEXT NOT NULL,
    -- What the alert said.
    etat TEXT NOT NULL,
    -- 1 when it is not to be told any more.
    tue BIGINT NOT NULL,
    le TEXT NOT NULL,
    PRIMARY KEY (personne_id, cle)
);

-- What a person wants to be told, and by mail or not.
CREATE TABLE alerte_preference (
    personne_id TEXT NOT NULL PRIMARY KEY REFERENCES personne (id),
    -- Day of the week of the digest, 1 for Monday; 0 for none.
    jour BIGINT NOT NULL,
    -- Kinds that are not told, separated by commas.
    sans TEXT NOT NULL,
    -- Own thresholds, as JSON; none for those of the network.
    seuils TEXT,
    -- No digest is due before.
    depuis TEXT NOT NULL
);

-- A digest of a person for a week: prepared, taken by who sends it, sent or not.
CREATE TABLE resume (
    personne_id TEXT NOT NULL REFERENCES personne (id),
    -- The day on which it was due.
    creneau TEXT NOT NULL,
    etat TEXT NOT NULL,
    essais BIGINT NOT NULL,
    -- Not before.
    prochain_le TEXT NOT NULL,
    -- Since when somebody is sending it.
    pris_le TEXT,
    fini_le TEXT,
    -- How many alerts it tells.
    alertes BIGINT NOT NULL,
    -- Why it was not sent.
    raison TEXT,
    PRIMARY KEY (personne_id, creneau)
);
CREATE INDEX resume_etat ON resume (etat);

-- Links that stop the digest of a person: fingerprints only.
CREATE TABLE resume_arret (
    empreinte TEXT NOT NULL PRIMARY KEY,
    personne_id TEXT NOT NULL REFERENCES personne (id),
    cree_le TEXT NOT NULL
);
CREATE INDEX resume_arret_personne ON resume_arret (personne_id);
