//! The decisions of a batch, as numpy arrays.

use numpy::{PyArray1, ToPyArray};
use pyo3::prelude::*;
use turnout_core::engine::Usage;
use turnout_core::toggle::{Decision, KindCode, Kinds};

/// Numbers of kinds, in a byte as long as that will do.
enum Codes {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

/// Decisions of many rows.
pub struct Found {
    pub kinds: Vec<Decision>,
    codes: Codes,
}

impl From<Kinds<u8>> for Found {
    fn from(found: Kinds<u8>) -> Self {
        Self { kinds: found.met, codes: Codes::Narrow(found.codes) }
    }
}

impl From<Kinds<u32>> for Found {
    fn from(found: Kinds<u32>) -> Self {
        Self { kinds: found.met, codes: Codes::Wide(found.codes) }
    }
}

impl Found {
    /// The same kind for every row.
    pub fn uniform(kind: Decision, rows: usize) -> Self {
        Self { kinds: vec![kind], codes: Codes::Narrow(vec![0; rows]) }
    }

    pub fn rows(&self) -> usize {
        match &self.codes {
            Codes::Narrow(codes) => codes.len(),
            Codes::Wide(codes) => codes.len(),
        }
    }

    /// The kind of a row.
    pub fn kind(&self, row: usize) -> Decision {
        match &self.codes {
            Codes::Narrow(codes) => self.kinds[codes[row].place()],
            Codes::Wide(codes) => self.kinds[codes[row].place()],
        }
    }

    /// What each row's kind comes to.
    pub fn map<T: Copy>(&self, of: impl Fn(&Decision) -> T) -> Vec<T> {
        let values: Vec<T> = self.kinds.iter().map(of).collect();
        let Some(first) = values.first() else { return Vec::new() };
        match &self.codes {
            Codes::Narrow(codes) => {
                // A place for every byte, so that none has to be checked.
                let mut table = [*first; 256];
                table[..values.len()].copy_from_slice(&values);
                codes.iter().map(|code| table[code.place()]).collect()
            }
            Codes::Wide(codes) => codes.iter().map(|code| values[code.place()]).collect(),
        }
    }

    /// The codes as a numpy array.
    pub fn codes<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        match &self.codes {
            Codes::Narrow(codes) => codes.to_pyarray(py).into_any(),
            Codes::Wide(codes) => codes.to_pyarray(py).into_any(),
        }
    }

    /// How many rows there are of each kind.
    pub fn per_kind(&self) -> Vec<u64> {
        let mut counts = vec![0; self.kinds.len()];
        match &self.codes {
            Codes::Narrow(codes) => codes.iter().for_each(|code| counts[code.place()] += 1),
            Codes::Wide(codes) => codes.iter().for_each(|code| counts[code.place()] += 1),
        }
        counts
    }

    /// How many there are, and how many came out on.
    pub fn usage(&self) -> Usage {
        let enabled = self.kinds.iter().enumerate().filter(|(_, kind)| kind.enabled());
        let enabled: usize = match &self.codes {
            // A pass for each kind: few kinds are on.
            Codes::Narrow(codes) => enabled.filter_map(|(kind, _)| Some(count(codes, u8::from_place(kind)?))).sum(),
            Codes::Wide(codes) => codes.iter().filter(|code| self.kinds[code.place()].enabled()).count(),
        };
        Usage { evaluations: self.rows() as u64, enabled: enabled as u64 }
    }
}

/// How often a byte occurs. In sums of bytes, which processors add by the dozen.
fn count(bytes: &[u8], wanted: u8) -> usize {
    let sum = |chunk: &[u8]| chunk.iter().map(|byte| u8::from(*byte == wanted)).sum::<u8>();
    bytes.chunks(255).map(|chunk| usize::from(sum(chunk))).sum()
}

/// As [`Found::map`], as a numpy array.
pub fn numbers<'py, T: numpy::Element + Copy>(
    py: Python<'py>,
    found: &Found,
    of: impl Fn(&Decision) -> T,
) -> Bound<'py, PyArray1<T>> {
    PyArray1::from_vec(py, found.map(of))
}
