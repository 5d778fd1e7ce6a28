-- Targets of centres, the share of the funding that depends on them, and the forecasts that centres keep.
-- Nothing here names a person followed: dossiers are under pseudonyms. Neither targets nor shares are ever
-- changed: what follows is another row.

CREATE TABLE objectif (
    structure_id TEXT NOT NULL,
    -- Code of the indicator.
    indicateur TEXT NOT NULL,
    annee BIGINT NOT NULL,
    -- 'reseau': set for the centre; 'interne': set by its director.
    portee TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- In hundred-thousandths of what the figure is in (a rate of 62,5 % is 62500); none once taken back.
    valeur BIGINT,
    par TEXT NOT NULL,
    le TEXT NOT NULL,
    PRIMARY KEY (structure_id, indicateur, annee, portee, version)
);
CREATE INDEX objectif_annee ON objectif (annee);

CREATE TABLE part_performance (
    annee BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- JSON: amounts in cents, weights, rule.
    contenu TEXT NOT NULL,
    par TEXT NOT NULL,
    le TEXT NOT NULL,
    PRIMARY KEY (annee, version)
);

CREATE TABLE plan (
    id TEXT NOT NULL PRIMARY KEY,
    structure_id TEXT NOT NULL,
    indicateur TEXT NOT NULL,
    annee BIGINT NOT NULL,
    -- JSON: extraction, figures, what is to be corrected.
    contenu TEXT NOT NULL,
    par TEXT NOT NULL,
    le TEXT NOT NULL,
    clos_par TEXT,
    clos_le TEXT
);
CREATE INDEX plan_structure ON plan (structure_id);
