-- What young persons ask about their data: access, rectification, erasure, opposition.
INSERT INTO compteur (nom, tour) VALUES ('demande', 0);

CREATE TABLE demande (
    rang BIGINT NOT NULL PRIMARY KEY,
    structure_id TEXT NOT NULL,
    -- A pseudonym: the register of requests names nobody.
    dossier_id TEXT NOT NULL,
    genre TEXT NOT NULL,
    recue_le TEXT NOT NULL,
    -- Last day to answer.
    echeance TEXT NOT NULL,
    -- What is asked for: for a rectification, the row, the column and what I-MILO is to say.
    objet TEXT NOT NULL,
    enregistree_par TEXT NOT NULL,
    enregistree_le TEXT NOT NULL,
    etat TEXT NOT NULL,
    reponse TEXT,
    close_par TEXT,
    close_le TEXT
);
CREATE INDEX demande_structure ON demande (structure_id, rang);
CREATE INDEX demande_dossier ON demande (dossier_id, rang);
