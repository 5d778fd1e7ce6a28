-- One source for SQLite and PostgreSQL: TEXT and BIGINT only. Instants are RFC 3339 in UTC, days
-- are ISO 8601, so that text order is time order.

-- Its one row is updated first by every writing transaction: writers wait for each other on both
-- engines, and `tour` numbers them.
CREATE TABLE compteur (
    nom TEXT NOT NULL PRIMARY KEY,
    tour BIGINT NOT NULL
);
INSERT INTO compteur (nom, tour) VALUES ('ecriture', 0);

CREATE TABLE import (
    id TEXT NOT NULL PRIMARY KEY,
    tour BIGINT NOT NULL UNIQUE,
    importe_le TEXT NOT NULL,
    date_extraction TEXT,
    rapport TEXT NOT NULL,
    annule_le TEXT
);

CREATE TABLE version (
    structure_id TEXT NOT NULL,
    id TEXT NOT NULL,
    import_id TEXT NOT NULL REFERENCES import (id),
    date_extraction TEXT NOT NULL,
    empreinte TEXT NOT NULL,
    lignes BIGINT NOT NULL,
    -- The version that was current before it; an undo points back to it.
    remplace TEXT,
    PRIMARY KEY (structure_id, id),
    FOREIGN KEY (structure_id, remplace) REFERENCES version (structure_id, id)
);
CREATE INDEX version_import ON version (import_id);

CREATE TABLE version_courante (
    structure_id TEXT NOT NULL PRIMARY KEY,
    version_id TEXT NOT NULL,
    FOREIGN KEY (structure_id, version_id) REFERENCES version (structure_id, id)
);

CREATE TABLE structure (
    structure_id TEXT NOT NULL PRIMARY KEY,
    nom TEXT,
    departement TEXT,
    region TEXT,
    groupe_pairs TEXT
);

CREATE TABLE campagne (
    nom TEXT NOT NULL PRIMARY KEY,
    fixee_le TEXT NOT NULL
);

CREATE TABLE campagne_version (
    campagne TEXT NOT NULL REFERENCES campagne (nom),
    structure_id TEXT NOT NULL,
    version_id TEXT NOT NULL,
    PRIMARY KEY (campagne, structure_id),
    FOREIGN KEY (structure_id, version_id) REFERENCES version (structure_id, id)
);

CREATE TABLE correspondance (
    table_canonique TEXT NOT NULL,
    entete TEXT NOT NULL,
    colonne TEXT NOT NULL,
    PRIMARY KEY (table_canonique, entete)
);

CREATE TABLE journal (
    tour BIGINT NOT NULL,
    rang BIGINT NOT NULL,
    le TEXT NOT NULL,
    acte TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (tour, rang)
);
