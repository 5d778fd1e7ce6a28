-- People, how they sign in, what they may do. What is taken back stays, with who took it and when.

-- Writing transactions that change no figure take this turn, so that `ecriture` does not move.
INSERT INTO compteur (nom, tour) VALUES ('discret', 0);
-- Ranks given to rows that nothing else names.
INSERT INTO compteur (nom, tour) VALUES ('habilitation', 0);
INSERT INTO compteur (nom, tour) VALUES ('fonction', 0);
INSERT INTO compteur (nom, tour) VALUES ('parametre', 0);
INSERT INTO compteur (nom, tour) VALUES ('tache', 0);

CREATE TABLE personne (
    id TEXT NOT NULL PRIMARY KEY,
    nom TEXT NOT NULL,
    -- Trimmed and in lower case.
    courriel TEXT NOT NULL UNIQUE,
    cree_le TEXT NOT NULL,
    desactivee_le TEXT,
    derniere_connexion TEXT
);

CREATE TABLE mot_de_passe (
    personne_id TEXT NOT NULL PRIMARY KEY REFERENCES personne (id),
    -- A PHC text.
    empreinte TEXT NOT NULL,
    change_le TEXT NOT NULL
);

CREATE TABLE second_facteur (
    personne_id TEXT NOT NULL PRIMARY KEY REFERENCES personne (id),
    secret TEXT NOT NULL,
    -- The last step accepted: only a greater one is.
    dernier_pas BIGINT NOT NULL,
    pose_le TEXT NOT NULL
);

CREATE TABLE code_secours (
    personne_id TEXT NOT NULL REFERENCES personne (id),
    empreinte TEXT NOT NULL,
    cree_le TEXT NOT NULL,
    utilise_le TEXT,
    PRIMARY KEY (personne_id, empreinte)
);

CREATE TABLE identite_externe (
    emetteur TEXT NOT NULL,
    sujet TEXT NOT NULL,
    personne_id TEXT NOT NULL REFERENCES personne (id),
    liee_le TEXT NOT NULL,
    PRIMARY KEY (emetteur, sujet)
);
CREATE INDEX identite_externe_personne ON identite_externe (personne_id);

CREATE TABLE cle_personnelle (
    personne_id TEXT NOT NULL PRIMARY KEY REFERENCES personne (id),
    sel TEXT NOT NULL,
    scelle TEXT NOT NULL,
    posee_le TEXT NOT NULL
);

CREATE TABLE habilitation (
    rang BIGINT NOT NULL PRIMARY KEY,
    personne_id TEXT NOT NULL REFERENCES personne (id),
    role TEXT NOT NULL,
    structure_id TEXT,
    conseiller_id TEXT,
    debut TEXT,
    fin TEXT,
    donnee_par TEXT NOT NULL,
    donnee_le TEXT NOT NULL,
    retiree_par TEXT,
    retiree_le TEXT
);
CREATE INDEX habilitation_personne ON habilitation (personne_id);
CREATE INDEX habilitation_structure ON habilitation (structure_id);

CREATE TABLE fonction (
    rang BIGINT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    personne_id TEXT NOT NULL REFERENCES personne (id),
    structure_id TEXT NOT NULL,
    donnee_par TEXT NOT NULL,
    donnee_le TEXT NOT NULL,
    retiree_par TEXT,
    retiree_le TEXT
);
CREATE INDEX fonction_code ON fonction (code, structure_id);
CREATE INDEX fonction_personne ON fonction (personne_id);

CREATE TABLE session (
    -- Fingerprint of the token; the token itself is kept nowhere.
    jeton TEXT NOT NULL PRIMARY KEY,
    personne_id TEXT NOT NULL REFERENCES personne (id),
    niveau TEXT NOT NULL,
    agent TEXT NOT NULL,
    cree_le TEXT NOT NULL,
    vue_le TEXT NOT NULL,
    expire_le TEXT NOT NULL,
    revoquee_le TEXT
);
CREATE INDEX session_personne ON session (personne_id);

-- What can be used once: invitations, reset links, states of a sign-in elsewhere.
CREATE TABLE jeton (
    empreinte TEXT NOT NULL PRIMARY KEY,
    genre TEXT NOT NULL,
    courriel TEXT,
    nom TEXT,
    contenu TEXT NOT NULL,
    par TEXT NOT NULL,
    cree_le TEXT NOT NULL,
    expire_le TEXT NOT NULL,
    utilise_le TEXT,
    annule_le TEXT
);
CREATE INDEX jeton_genre ON jeton (genre, cree_le);

CREATE TABLE essai (
    cle TEXT NOT NULL PRIMARY KEY,
    nombre BIGINT NOT NULL,
    debut TEXT NOT NULL,
    dernier TEXT NOT NULL,
    bloque_jusque TEXT
);
