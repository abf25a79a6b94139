//! The sizes of what a policy is made of. Policies hold tens of thousands of these, so that a word more in one of them is
//! seen in the memory that a process takes: whoever needs it changes the number here, and says why.
#![cfg(target_pointer_width = "64")]

use std::mem::size_of;

use turnout_core::policy::node::{Entry, Node};
use turnout_core::policy::{Plan, Ramp, Stage, State, Step, Timeline, Toggle};

#[test]
fn the_compiled_policy_is_small() {
    let sizes = [
        ("Toggle", size_of::<Toggle>(), 144),
        ("State", size_of::<State>(), 24),
        ("Ramp", size_of::<Ramp>(), 48),
        ("Plan", size_of::<Plan>(), 56),
        ("Step", size_of::<Step>(), 72),
        ("Timeline", size_of::<Timeline>(), 16),
        ("Stage", size_of::<Stage>(), 24),
        ("Node", size_of::<Node<'_>>(), 32),
        ("Entry", size_of::<Entry<'_>>(), 48),
    ];
    for (name, bytes, expected) in sizes {
        assert_eq!(bytes, expected, "{name}");
    }
}
