-- Values that the network and its centres give to the parameters of rules and indicators.
INSERT INTO compteur (nom, tour) VALUES ('valeur_parametre', 0);

-- Every state that one ever was in, the highest version being the one that holds.
CREATE TABLE valeur_parametre (
    rang BIGINT NOT NULL PRIMARY KEY,
    -- The rule or the indicator, and the name of its parameter.
    code TEXT NOT NULL,
    nom TEXT NOT NULL,
    -- '' is the network.
    structure_id TEXT NOT NULL,
    -- How many times it was written: who acts says which one was read.
    version BIGINT NOT NULL,
    -- None: what stands above holds again, the value of the network or that of the catalogue.
    valeur BIGINT,
    -- 1 when centres may not have their own; of the network only.
    verrou BIGINT NOT NULL,
    motif TEXT NOT NULL,
    par TEXT NOT NULL,
    le TEXT NOT NULL,
    UNIQUE (code, nom, structure_id, version)
);
