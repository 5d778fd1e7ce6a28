-- Dashboards of people. No figure, and no name of a young person: blocks name what they show.
CREATE TABLE tableau (
    id TEXT NOT NULL PRIMARY KEY,
    -- How many times it was written: who acts says which one was read.
    version BIGINT NOT NULL,
    -- The person who made it; 'machine' for who holds a machine without accounts.
    proprietaire TEXT NOT NULL,
    titre TEXT NOT NULL,
    description TEXT NOT NULL,
    -- 'personnel', 'centre', 'fonction' or 'reseau'.
    partage TEXT NOT NULL,
    -- The centre or the function; '' for the others.
    portee TEXT NOT NULL,
    -- JSON: the filters it opens with, its blocks in their order.
    contenu TEXT NOT NULL,
    cree_le TEXT NOT NULL,
    -- Who wrote it last, and when.
    par TEXT NOT NULL,
    le TEXT NOT NULL
);
CREATE INDEX tableau_proprietaire ON tableau (proprietaire);
