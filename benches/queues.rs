//! The workload of the benchmarks of queues: intervals whose loads, handle times and patience vary.

use turnout_core::column::Column;
use turnout_core::erlang::QueueColumns;

/// How large the queues are.
pub struct Size {
    /// What they are called.
    pub name: &'static str,
    /// The load that half of them exceed, in erlangs.
    pub median: f64,
    /// The standard deviation of the load's logarithm.
    pub spread: f64,
}

/// A mix, and queues of about so many agents.
pub const SIZES: [Size; 5] = [
    Size { name: "mix", median: 25.0, spread: 1.0 },
    Size { name: "10", median: 8.0, spread: 0.1 },
    Size { name: "100", median: 90.0, spread: 0.03 },
    Size { name: "1000", median: 960.0, spread: 0.01 },
    Size { name: "100000", median: 99_500.0, spread: 0.001 },
];

/// Columns of queues.
pub struct Queues {
    arrivals: Vec<f64>,
    aht_s: Vec<f64>,
    patience_s: Vec<f64>,
    /// Enough for a steady state.
    pub agents: Vec<f64>,
}

impl Queues {
    /// So many, the same in every run.
    #[must_use]
    pub fn new(rows: usize, size: &Size) -> Self {
        let mut draw = Draw(7);
        let (mut arrivals, mut aht_s, mut patience_s, mut agents) = (vec![], vec![], vec![], vec![]);
        for _ in 0..rows {
            let load = size.median * (size.spread * draw.normal()).exp();
            let handle_s = 300.0 * (0.4 * draw.normal()).exp();
            arrivals.push(load * 1800.0 / handle_s);
            aht_s.push(handle_s);
            patience_s.push(60.0 + 240.0 * draw.share());
            agents.push((load + (0.2 + 1.5 * draw.share()) * load.sqrt()).ceil());
        }
        Self { arrivals, aht_s, patience_s, agents }
    }

    /// With the patience, or with none that ends.
    #[must_use]
    pub fn columns(&self, impatient: bool) -> QueueColumns<'_> {
        QueueColumns {
            arrivals: Column::Each(&self.arrivals),
            interval_s: Column::One(1800.0),
            aht_s: Column::Each(&self.aht_s),
            patience_s: if impatient { Column::Each(&self.patience_s) } else { Column::One(f64::INFINITY) },
        }
    }
}

/// Marsaglia's xorshift: a workload needs no better.
struct Draw(u64);

impl Draw {
    /// Evenly from 0 to 1.
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        f64::from(u32::try_from(self.0 >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }

    /// About normal.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}
