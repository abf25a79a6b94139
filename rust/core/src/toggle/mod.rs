//! Evaluation: the fixed order in which a toggle decides for one contact, and why.

mod attribute;
mod decision;
mod describe;
mod evaluate;
mod kinds;
mod needs;
mod remember;
mod rows;
mod visitor;

pub use attribute::{Attribute, Elements};
pub use decision::{Code, Decision, Mode, Reason};
pub use describe::describe;
pub use evaluate::{Overlay, Subject, Unit, evaluate, holds};
pub use kinds::{KindCode, Kinds};
pub use needs::Needs;
pub use remember::Remembering;
pub use rows::{Columns, Hashes, Rows};
pub use visitor::{Recorder, Silent, Step, Verdict, Visitor};
