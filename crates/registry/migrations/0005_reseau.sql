-- What centres and the network set, hold and become.

-- Every value ever set, the highest rank being the one that holds; '' is the network.
CREATE TABLE parametre (
    rang BIGINT NOT NULL PRIMARY KEY,
    cle TEXT NOT NULL,
    structure_id TEXT NOT NULL,
    valeur TEXT,
    par TEXT NOT NULL,
    le TEXT NOT NULL
);
CREATE INDEX parametre_cle ON parametre (cle, structure_id, rang);

-- What opens a centre's key, sealed for one person.
CREATE TABLE part (
    structure_id TEXT NOT NULL,
    personne_id TEXT NOT NULL REFERENCES personne (id),
    scelle TEXT NOT NULL,
    donnee_par TEXT NOT NULL,
    donnee_le TEXT NOT NULL,
    PRIMARY KEY (structure_id, personne_id)
);
CREATE INDEX part_personne ON part (personne_id);

CREATE TABLE cle_centre (
    structure_id TEXT NOT NULL PRIMARY KEY,
    -- 1 when the key asks for a second half, 0 when it does not.
    seconde_moitie BIGINT NOT NULL,
    secours TEXT,
    par TEXT NOT NULL,
    le TEXT NOT NULL
);

CREATE TABLE bris (
    id TEXT NOT NULL PRIMARY KEY,
    personne_id TEXT NOT NULL REFERENCES personne (id),
    structure_id TEXT NOT NULL,
    motif TEXT NOT NULL,
    ouvert_le TEXT NOT NULL,
    expire_le TEXT NOT NULL,
    ferme_le TEXT,
    vu_par_directeur_le TEXT,
    vu_par TEXT
);
CREATE INDEX bris_personne ON bris (personne_id);
CREATE INDEX bris_structure ON bris (structure_id, ouvert_le);

CREATE TABLE structure_suite (
    ancien TEXT NOT NULL,
    nouveau TEXT NOT NULL,
    le TEXT NOT NULL,
    genre TEXT NOT NULL,
    PRIMARY KEY (ancien, nouveau)
);

CREATE TABLE tache (
    rang BIGINT NOT NULL PRIMARY KEY,
    nom TEXT NOT NULL,
    debut TEXT NOT NULL,
    fin TEXT,
    resultat TEXT,
    detail TEXT
);
CREATE INDEX tache_nom ON tache (nom, rang);
