-- Published figures of the young people of Missions Locales, beside which cohorts are read, by the file that
-- brought them. A later one of the same key stands in the place of the earlier; undone, that one stands again.
INSERT INTO compteur (nom, tour) VALUES ('publie', 0);

CREATE TABLE publie_import (
    rang BIGINT NOT NULL PRIMARY KEY,
    fichier TEXT NOT NULL,
    -- The lines that were left out, each with its reason, as JSON.
    ecartees TEXT NOT NULL,
    par TEXT NOT NULL,
    le TEXT NOT NULL,
    annule_par TEXT,
    annule_le TEXT
);

CREATE TABLE publie (
    import_rang BIGINT NOT NULL REFERENCES publie_import (rang),
    -- What is said, of whom, where and when.
    cle TEXT NOT NULL,
    -- The figure, its source, how far it can be relied on, as JSON.
    contenu TEXT NOT NULL,
    PRIMARY KEY (import_rang, cle)
);
