//! Where values stand in their source, for those who hold a path and no offset.

use super::node::{Node, Value};
use super::problem::Places;

/// One step of a path: a key of a table, or an index of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key.
    Key(String),
    /// An index, counted from 0.
    Index(usize),
}

/// The line of each path, counted from 1: that of the value, or of the nearest table or list above it that is there.
#[must_use]
pub fn lines(root: &Node<'_>, source: &[u8], paths: &[Vec<Step>]) -> Vec<Option<u32>> {
    let offsets: Vec<u32> = paths.iter().map(|path| nearest(root, path)).collect();
    let places = Places::of(offsets.clone(), source);
    offsets.into_iter().map(|at| places.get(at).map(|(line, _)| line)).collect()
}

fn nearest(root: &Node<'_>, path: &[Step]) -> u32 {
    let mut node = root;
    for step in path {
        let next = match (step, &node.value) {
            (Step::Key(key), _) => node.get(key),
            (Step::Index(index), Value::List(items)) => items.get(*index),
            (Step::Index(_), _) => None,
        };
        let Some(next) = next else { break };
        node = next;
    }
    node.at
}

#[cfg(test)]
mod tests {
    use super::{Step, lines};
    use crate::policy::node::Arena;
    use crate::policy::problem::Problems;
    use crate::policy::source::{Format, read};

    #[test]
    fn lines_are_those_of_the_source() {
        let source = "turnout = 1\n\n[toggles.a]\nowner = \"x\"\nlist = [\n  1,\n  2 ]\n";
        let arena = Arena::for_source(source.len());
        let root = read(source.as_bytes(), Format::Toml, &arena, &mut Problems::default()).expect("it is sound");
        let key = |key: &str| Step::Key(key.to_owned());
        let toggle = || vec![key("toggles"), key("a")];
        let below = |steps: Vec<Step>| [toggle(), steps].concat();
        let paths = [
            below(vec![key("list"), Step::Index(1)]),
            vec![key("turnout")],
            below(vec![key("owner")]),
            below(vec![key("no-such-key"), key("deeper")]),
            below(vec![key("list"), Step::Index(9)]),
            below(vec![key("owner"), Step::Index(0)]),
            Vec::new(),
        ];
        let found: Vec<u32> = lines(&root, source.as_bytes(), &paths).into_iter().flatten().collect();
        assert_eq!(found, [7, 1, 4, 3, 5, 4, 1]);
    }
}
