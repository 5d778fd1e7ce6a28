-- Rules that people write in the pages: every version of each, from draft to withdrawal.
INSERT INTO compteur (nom, tour) VALUES ('regle', 0);

CREATE TABLE regle_redigee (
    -- LOC- and a number: never given twice.
    code TEXT NOT NULL,
    numero BIGINT NOT NULL,
    -- The only centre that it judges; none for the whole network.
    structure_id TEXT,
    -- brouillon, relue, publiee, remplacee, retiree, abandonnee.
    etat TEXT NOT NULL,
    -- How many times this version was written: who acts says which one was read.
    revision BIGINT NOT NULL,
    -- What was typed, as JSON.
    contenu TEXT NOT NULL,
    -- The file that it compiled to when it was published.
    texte TEXT,
    creee_par TEXT NOT NULL,
    creee_le TEXT NOT NULL,
    modifiee_par TEXT NOT NULL,
    modifiee_le TEXT NOT NULL,
    relue_par TEXT,
    relue_le TEXT,
    publiee_par TEXT,
    publiee_le TEXT,
    retiree_par TEXT,
    retiree_le TEXT,
    motif TEXT,
    PRIMARY KEY (code, numero)
);
CREATE INDEX regle_redigee_etat ON regle_redigee (etat);
