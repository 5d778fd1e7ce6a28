-- Who read and did what: each entry carries the fingerprint of the one before.
CREATE TABLE trace (
    rang BIGINT NOT NULL PRIMARY KEY,
    le TEXT NOT NULL,
    personne_id TEXT,
    role TEXT,
    acte TEXT NOT NULL,
    structure_id TEXT,
    nombre BIGINT NOT NULL,
    detail TEXT NOT NULL,
    empreinte_avant TEXT NOT NULL,
    empreinte TEXT NOT NULL
);
CREATE INDEX trace_structure ON trace (structure_id, rang);
CREATE INDEX trace_personne ON trace (personne_id, rang);
CREATE INDEX trace_le ON trace (le);

-- The dossiers of an entry, under pseudonyms; covered by its fingerprint.
CREATE TABLE trace_dossier (
    rang BIGINT NOT NULL REFERENCES trace (rang),
    ordre BIGINT NOT NULL,
    dossier_id TEXT NOT NULL,
    PRIMARY KEY (rang, ordre)
);
CREATE INDEX trace_dossier_dossier ON trace_dossier (dossier_id, rang);

-- Its one row is updated first by who appends: they wait for each other, and a tail cut off is seen.
CREATE TABLE trace_tete (
    nom TEXT NOT NULL PRIMARY KEY,
    rang BIGINT NOT NULL,
    empreinte TEXT NOT NULL
);
INSERT INTO trace_tete (nom, rang, empreinte) VALUES ('tete', 0, '');

-- Where the chain starts since a purge: rank and fingerprint of the last entry that went away.
CREATE TABLE trace_ancre (
    rang BIGINT NOT NULL PRIMARY KEY,
    empreinte TEXT NOT NULL,
    nombre BIGINT NOT NULL,
    le TEXT NOT NULL,
    par TEXT NOT NULL
);
