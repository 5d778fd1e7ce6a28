//! The running of an installation, for the administrator of the network and for who holds a machine
//! without accounts. No figure and no name of a young person is here.
//!
//! - [`suites`]: centres that merge or are divided: declared, with their effects shown first, undone;
//! - [`reprise`]: the roles of a centre that ended, given again in the one that follows it;
//! - [`centres`]: every centre of the network, the state of its data, of its key, of its people;
//! - [`reglages`]: the settings in force, and where each comes from;
//! - [`catalogue`]: which rules and indicators are in force, and what the network added to them;
//! - [`packs`]: rules and indicators received from other networks, and given to them, in signed files;
//! - [`travaux`]: imports and jobs, running and past;
//! - [`stockage`]: what takes room on the disk;
//! - [`sante`]: whether all is well, and what to do when it is not.

pub mod catalogue;
pub mod centres;
pub mod packs;
pub mod reglages;
pub mod reprise;
pub mod sante;
pub mod stockage;
pub mod suites;
pub mod travaux;

pub(crate) use crate::comptes::fonction::check_admin;
