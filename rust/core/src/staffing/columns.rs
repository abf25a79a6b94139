//! Required agents over columns: what each row gives alone.
//!
//! Where nobody leaves, queues of like load go up together, agent by agent, as vector instructions. Other rows are done
//! one by one.

use super::batch::Task;
use super::required::Requirement;
use super::targets::{Binding, Staffing, Targets};
use crate::erlang::{Argument, Column, OutOfRange, QueueColumns, RowError, ThresholdColumns, below_zero};

/// The targets of many rows, each for all rows or none.
#[derive(Clone, Copy, Debug, Default)]
pub struct TargetColumns<'a> {
    /// Least service level.
    pub service_level: Option<Column<'a>>,
    /// Greatest mean wait of all contacts.
    pub asa_s: Option<Column<'a>>,
    /// Greatest occupancy.
    pub max_occupancy: Option<Column<'a>>,
    /// Greatest share that leaves.
    pub max_abandon: Option<Column<'a>>,
    /// Greatest share that waits.
    pub max_wait_probability: Option<Column<'a>>,
}

/// What is asked for in many rows.
#[derive(Clone, Copy, Debug)]
pub struct StaffingColumns<'a> {
    /// What the agents must reach.
    pub targets: TargetColumns<'a>,
    /// What counts towards the service level.
    pub thresholds: ThresholdColumns<'a>,
    /// Whether agents may be parts of agents.
    pub fractional: bool,
    /// Fewest agents.
    pub min_agents: Column<'a>,
}

/// Where the requirements go.
#[derive(Debug)]
pub struct RequirementColumns<'a> {
    /// Agents; infinite where the target that binds cannot be reached.
    pub agents: &'a mut [f64],
    /// What decided.
    pub binding: Option<&'a mut [Binding]>,
}

/// The fewest agents with whom each queue reaches its targets. NaN in, NaN out.
///
/// # Errors
/// The first row of the first argument that is out of range.
///
/// # Panics
/// When columns differ in length.
pub fn required_agents_columns(
    queues: &QueueColumns,
    staffing: &StaffingColumns,
    out: &mut RequirementColumns,
) -> Result<(), RowError> {
    let rows = out.agents.len();
    assert!(out.binding.as_ref().is_none_or(|column| column.len() == rows), "a binding for each row");
    queues.check(rows)?;
    staffing.check(rows)?;
    pulp::Arch::new().dispatch(Task { queues, staffing, out, rows })
}

impl TargetColumns<'_> {
    /// The targets of one row.
    #[must_use]
    pub fn get(&self, row: usize) -> Targets {
        let of = |column: &Option<Column>| column.as_ref().map(|column| column.get(row));
        Targets {
            service_level: of(&self.service_level),
            asa_s: of(&self.asa_s),
            max_occupancy: of(&self.max_occupancy),
            max_abandon: of(&self.max_abandon),
            max_wait_probability: of(&self.max_wait_probability),
        }
    }

    fn check(&self, rows: usize) -> Result<(), RowError> {
        let check = |column: &Option<Column>, argument: Argument, wrong: fn(f64) -> bool| {
            column.as_ref().map_or(Ok(()), |column| column.check(rows, argument, wrong))
        };
        check(&self.service_level, Argument::ServiceLevel, no_share)?;
        check(&self.asa_s, Argument::AsaS, below_zero)?;
        check(&self.max_occupancy, Argument::MaxOccupancy, |value| value == 0.0 || no_share(value))?;
        check(&self.max_abandon, Argument::MaxAbandon, no_share)?;
        check(&self.max_wait_probability, Argument::MaxWaitProbability, no_share)?;
        let all = [self.service_level, self.asa_s, self.max_occupancy, self.max_abandon, self.max_wait_probability];
        if all.iter().all(Option::is_none) {
            let error = OutOfRange { argument: Argument::Targets, value: f64::NAN };
            return Err(RowError { row: None, error });
        }
        Ok(())
    }
}

fn no_share(value: f64) -> bool {
    !(0.0..=1.0).contains(&value) && !value.is_nan()
}

impl StaffingColumns<'_> {
    /// What is asked for in one row.
    #[must_use]
    pub fn get(&self, row: usize) -> Staffing {
        Staffing {
            targets: self.targets.get(row),
            threshold: self.thresholds.get(row),
            fractional: self.fractional,
            min_agents: self.min_agents.get(row),
        }
    }

    fn check(&self, rows: usize) -> Result<(), RowError> {
        self.targets.check(rows)?;
        self.thresholds.check(rows)?;
        self.min_agents.check(rows, Argument::MinAgents, below_zero)
    }
}

impl RequirementColumns<'_> {
    pub(super) fn set(&mut self, row: usize, found: &Requirement) {
        self.agents[row] = found.agents;
        if let Some(column) = &mut self.binding {
            column[row] = found.binding;
        }
    }
}
