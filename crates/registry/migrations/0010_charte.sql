-- The charter of data entry as it was served, each time its content changed; and what a centre does its own
-- way, act by act. Neither is ever changed: what follows is another row.
CREATE TABLE charte_version (
    numero BIGINT NOT NULL PRIMARY KEY,
    -- BLAKE3 of the content, in hexadecimal.
    empreinte TEXT NOT NULL,
    -- When it was first served.
    le TEXT NOT NULL,
    -- Version of the program that served it.
    mallette TEXT NOT NULL,
    -- JSON.
    contenu TEXT NOT NULL
);

CREATE TABLE charte_variante (
    structure_id TEXT NOT NULL,
    acte TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- What the centre does its own way; none once it does as the others.
    texte TEXT,
    par TEXT NOT NULL,
    le TEXT NOT NULL,
    PRIMARY KEY (structure_id, acte, version)
);
