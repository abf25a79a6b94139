//! Evaluation: the fixed order in which a toggle decides for one contact, and why.

mod attribute;
mod decision;
mod describe;
mod evaluate;
mod remember;
mod visitor;

pub use attribute::{Attribute, Elements};
pub use decision::{Code, Decision, Mode, Reason};
pub use describe::describe;
pub use evaluate::{Overlay, Subject, Unit, evaluate, place, settle};
pub use remember::Remembering;
pub use visitor::{Recorder, Silent, Step, Verdict, Visitor};
