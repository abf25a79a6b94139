//! Names that lead to names: circles refused, and the reach of each bounded.

use super::limits;

/// What is wrong with one node of a graph of names.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// The first nodes of a circle, in order, and how many there are in all.
    Circle(Vec<u32>, usize),
    /// The chain or the number of looks behind this node is too large.
    TooFar(u32),
}

/// How many nodes of a circle are named.
const SHOWN: usize = 8;

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    /// On the stack, at this place.
    Open(usize),
    Done {
        reach: u64,
        depth: u32,
    },
}

/// What a walk through a graph finds.
pub struct Walk {
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// The cost of each node with all that it leads to, as often as it leads there.
    pub reach: Vec<u64>,
}

/// Walks a graph given as lists of successors, with each node's own cost and the most that one may reach. Linear in the
/// graph's size.
#[must_use]
pub fn walk(successors: &[Vec<u32>], costs: &[u64], most: u64) -> Walk {
    let mut faults = Vec::new();
    let mut marks = vec![Mark::New; successors.len()];
    let mut stack: Vec<(u32, usize)> = Vec::new();
    for root in 0..limits::index(successors.len()) {
        if marks[root as usize] != Mark::New {
            continue;
        }
        marks[root as usize] = Mark::Open(0);
        stack.push((root, 0));
        while let Some(&mut (node, ref mut next)) = stack.last_mut() {
            let Some(&child) = successors[node as usize].get(*next) else {
                marks[node as usize] = close(node, &successors[node as usize], costs, &marks, most, &mut faults);
                stack.pop();
                continue;
            };
            *next += 1;
            match marks[child as usize] {
                Mark::New => {
                    marks[child as usize] = Mark::Open(stack.len());
                    stack.push((child, 0));
                }
                Mark::Open(start) => {
                    let circle = &stack[start..];
                    let shown = circle.iter().take(SHOWN).map(|(n, _)| *n).collect();
                    faults.push(Fault::Circle(shown, circle.len()));
                }
                Mark::Done { .. } => {}
            }
        }
    }
    let reach = marks.iter().map(|mark| if let Mark::Done { reach, .. } = mark { *reach } else { 0 }).collect();
    Walk { faults, reach }
}

fn close(node: u32, children: &[u32], costs: &[u64], marks: &[Mark], most: u64, faults: &mut Vec<Fault>) -> Mark {
    let mut reach = costs[node as usize];
    let mut depth = 0;
    for child in children {
        if let Mark::Done { reach: inner, depth: below } = marks[*child as usize] {
            reach = reach.saturating_add(inner);
            depth = depth.max(below + 1);
        }
    }
    if reach > most || depth > limits::CHAIN {
        faults.push(Fault::TooFar(node));
        // Reported once: whoever leads here is not blamed again.
        return Mark::Done { reach: 0, depth: 0 };
    }
    Mark::Done { reach, depth }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_named() {
        let graph = [vec![1], vec![2], vec![0, 1], vec![3]];
        let found = walk(&graph, &[1; 4], 100).faults;
        let circle = |nodes: &[u32]| Fault::Circle(nodes.to_vec(), nodes.len());
        assert_eq!(found, [circle(&[0, 1, 2]), circle(&[1, 2]), circle(&[3])]);
    }

    #[test]
    fn a_ladder_that_doubles_is_refused_once() {
        let rungs: u32 = 30;
        let graph: Vec<Vec<u32>> =
            (0..rungs).map(|i| if i + 1 < rungs { vec![i + 1, i + 1] } else { vec![] }).collect();
        let costs = vec![1; graph.len()];
        assert_eq!(walk(&graph, &costs, 10_000).faults.len(), 2);
    }
}
