-- What people say of anomalies: the state of each one, and every act, never changed afterwards. An
-- anomaly is a rule and an object of a centre: its identity stays from one extract to the next.
INSERT INTO compteur (nom, tour) VALUES ('suivi', 0);

CREATE TABLE suivi (
    structure_id TEXT NOT NULL,
    regle TEXT NOT NULL,
    objet_table TEXT NOT NULL,
    objet_id TEXT NOT NULL,
    -- Pseudonym of its dossier: texts go when the names of the dossier do.
    dossier_id TEXT,
    -- How many acts made this state: who acts says which state was read.
    version BIGINT NOT NULL,
    -- The conseiller whom it was given to; none for the one whom the data name.
    conseiller_id TEXT,
    -- Day by which it is to be dealt with.
    echeance TEXT,
    a_verifier BIGINT NOT NULL,
    justifiee_par TEXT,
    justifiee_le TEXT,
    -- Last day on which the reason holds.
    justifiee_jusqu_au TEXT,
    -- The row that it was given for, in hexadecimal; empty for what is no row.
    justifiee_empreinte TEXT,
    -- The reason: may hold a name, sealed with the key of the centre.
    raison TEXT,
    modifiee_par TEXT NOT NULL,
    modifiee_le TEXT NOT NULL,
    PRIMARY KEY (structure_id, regle, objet_table, objet_id)
);

CREATE TABLE suivi_acte (
    rang BIGINT NOT NULL PRIMARY KEY,
    structure_id TEXT NOT NULL,
    regle TEXT NOT NULL,
    objet_table TEXT NOT NULL,
    objet_id TEXT NOT NULL,
    dossier_id TEXT,
    -- The version that it made.
    version BIGINT NOT NULL,
    acte TEXT NOT NULL,
    par TEXT NOT NULL,
    le TEXT NOT NULL,
    conseiller_id TEXT,
    jusqu_au TEXT,
    -- A reason or a comment, sealed with the key of the centre.
    texte TEXT
);
CREATE UNIQUE INDEX suivi_acte_objet ON suivi_acte (structure_id, regle, objet_table, objet_id, version);
CREATE INDEX suivi_acte_dossier ON suivi_acte (structure_id, dossier_id);
CREATE INDEX suivi_dossier ON suivi (structure_id, dossier_id);
