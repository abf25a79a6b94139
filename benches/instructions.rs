//! A program for `valgrind --tool=callgrind` (see `callgrind.sh`): as many evaluations of the main toggle by name as its
//! argument says. Two runs with different numbers give the instructions of one evaluation, free of start and load.

use turnout_benches::{Call, MAIN, NOW, by_name, callers, policy, slots};

fn main() {
    let count: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let policy = policy(200);
    let slots = slots(&policy);
    let callers = callers(4096);
    let calls = callers.iter().cycle().take(count).map(|caller| Call { caller, slots: &slots, now: NOW });
    println!("{}", calls.filter(|call| by_name(&policy, MAIN, call)).count());
}
