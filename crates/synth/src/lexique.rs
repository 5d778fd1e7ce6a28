//! Other words of a made-up region: sites, jobs, employers, workshops, reasons of an allowance.

/// Sites of a centre, the main one first.
pub(crate) const ANTENNES: [&str; 5] =
    ["Siège", "Antenne Nord", "Antenne Sud", "Permanence de la gare", "Maison des services"];

/// Jobs in a centre, and how common each is.
pub(crate) const FONCTIONS: [(&str, u32); 6] = [
    ("Conseiller en insertion", 60),
    ("Conseiller emploi", 14),
    ("Conseiller Garantie jeunes", 12),
    ("Chargé de relations entreprises", 6),
    ("Chargé d'accueil", 6),
    ("Référent I-MILO", 2),
];

/// Employers, schools and training bodies. All are made up.
pub(crate) const ORGANISMES: &[&str] = &[
    "Boulangerie du Marché",
    "Garage des Quatre Vents",
    "Transports Belledonne",
    "Menuiserie du Val",
    "Supermarché de la Plaine",
    "Restaurant Le Passage",
    "Hôtel des Voyageurs",
    "Résidence Les Tilleuls",
    "Crèche Les Petits Pas",
    "Maçonnerie du Forez",
    "Plasturgie de l'Ain",
    "Nettoyage Services Plus",
    "Logistique Rhône Sud",
    "Agence Intérim du Centre",
    "Jardins du Revermont",
    "Mairie",
    "Communauté de communes",
    "Hôpital local",
    "Association Aide à domicile",
    "Chantier d'insertion Tremplin",
    "Entreprise adaptée Horizon",
    "Station des Deux Cols",
    "Fruitière du Beaufortain",
    "Salon Coiffure et vous",
    "Pharmacie de la Poste",
    "Centre de formation du bâtiment",
    "Centre de formation Sanitaire et social",
    "Lycée des métiers",
    "Organisme Langues et savoirs",
    "École de la 2e chance",
];

/// Reasons given for an allowance.
pub(crate) const MOTIFS_ALLOCATION: &[&str] = &[
    "Frais de transport vers la formation",
    "Recherche d'emploi sans ressources",
    "Achat de tenue professionnelle",
    "Frais de repas pendant une immersion",
    "Aide au permis",
    "Rupture d'hébergement",
];

/// What a notification of envelope says.
pub(crate) const OBJETS_ENVELOPPE: [&str; 3] =
    ["Notification initiale", "Avenant de mi-année", "Avenant de fin d'année"];
