-- Figures published to funders: frozen as they were shown, whatever the data become.
CREATE TABLE publication (
    id TEXT NOT NULL PRIMARY KEY,
    titre TEXT NOT NULL,
    -- JSON, disclosure already done: what is secret is not in it.
    contenu TEXT NOT NULL,
    -- BLAKE3 of the content, in hexadecimal.
    empreinte TEXT NOT NULL,
    publiee_par TEXT NOT NULL,
    publiee_le TEXT NOT NULL,
    retiree_par TEXT,
    retiree_le TEXT,
    motif TEXT
);
