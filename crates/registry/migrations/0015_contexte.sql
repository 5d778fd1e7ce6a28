-- What surrounds centres: series by year (young people of the territory, staff…), and the peer groups that
-- the network adopts. No figure of a young person.
INSERT INTO compteur (nom, tour) VALUES ('contexte', 0);
INSERT INTO compteur (nom, tour) VALUES ('groupe_pairs', 0);

-- A file that was brought in. A later one of the same year and variable stands before it; undone, the
-- earlier one stands again.
CREATE TABLE contexte_import (
    rang BIGINT NOT NULL PRIMARY KEY,
    fichier TEXT NOT NULL,
    -- The lines that were left out, each with its reason, as JSON.
    ecartees TEXT NOT NULL,
    par TEXT NOT NULL,
    le TEXT NOT NULL,
    annule_par TEXT,
    annule_le TEXT
);

CREATE TABLE contexte_serie (
    import_rang BIGINT NOT NULL REFERENCES contexte_import (rang),
    -- Comparison key of its label.
    variable TEXT NOT NULL,
    annee BIGINT NOT NULL,
    libelle TEXT NOT NULL,
    unite TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (import_rang, variable, annee)
);

CREATE TABLE contexte_valeur (
    import_rang BIGINT NOT NULL REFERENCES contexte_import (rang),
    variable TEXT NOT NULL,
    annee BIGINT NOT NULL,
    structure_id TEXT NOT NULL,
    -- A decimal number, with a point.
    valeur TEXT NOT NULL,
    PRIMARY KEY (import_rang, variable, annee, structure_id)
);

-- The variables that counts are divided by: the last row of a variable counts.
CREATE TABLE contexte_denominateur (
    rang BIGINT NOT NULL PRIMARY KEY,
    variable TEXT NOT NULL,
    -- For how many of its units a ratio is said; 0 when it is no longer a denominator.
    pour BIGINT NOT NULL,
    par TEXT NOT NULL,
    le TEXT NOT NULL
);

-- Peer groups adopted for a year and those after, until others are.
CREATE TABLE groupe_pairs (
    rang BIGINT NOT NULL PRIMARY KEY,
    annee BIGINT NOT NULL,
    -- 'main' or 'calcul'.
    methode TEXT NOT NULL,
    motif TEXT NOT NULL,
    -- How they were made, as JSON.
    contenu TEXT NOT NULL,
    par TEXT NOT NULL,
    le TEXT NOT NULL,
    retire_par TEXT,
    retire_le TEXT,
    retire_motif TEXT
);

CREATE TABLE groupe_pairs_centre (
    rang BIGINT NOT NULL REFERENCES groupe_pairs (rang),
    structure_id TEXT NOT NULL,
    groupe TEXT NOT NULL,
    PRIMARY KEY (rang, structure_id)
);
