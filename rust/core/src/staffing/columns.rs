//! Required agents over columns: what each row gives alone.
//!
//! Where nobody leaves, queues of like load go up together, agent by agent, as vector instructions. Other rows are done
//! one by one.

use super::batch::Task;
use super::required::Requirement;
use super::targets::{Binding, Staffing, Targets};
use crate::column::Column;
use crate::erlang::{Argument, Check, OutOfRange, QueueColumns, Range, RowError, ThresholdColumns, check_constants};

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
/// A number for all rows that is out of range, or else the first row with one.
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
    let mut checks = queues.checks().to_vec();
    staffing.targets.add_checks(&mut checks);
    if checks.len() == 4 {
        return Err(RowError { row: None, error: OutOfRange { argument: Argument::Targets, value: f64::NAN } });
    }
    checks.push(staffing.thresholds.check());
    checks.push(Check::new(Argument::MinAgents, staffing.min_agents, Range::AtLeastZero));
    check_constants(&checks, rows)?;
    staffing.thresholds.check_definition()?;
    pulp::Arch::new().dispatch(Task { queues, staffing, checks: &checks, out, rows })
}

impl<'a> TargetColumns<'a> {
    /// The targets of one row.
    #[must_use]
    pub fn get(&self, row: usize) -> Targets {
        let of = |column: &Option<Column>| column.as_ref().map(|column| column.at(row));
        Targets {
            service_level: of(&self.service_level),
            asa_s: of(&self.asa_s),
            max_occupancy: of(&self.max_occupancy),
            max_abandon: of(&self.max_abandon),
            max_wait_probability: of(&self.max_wait_probability),
        }
    }

    fn add_checks(&self, checks: &mut Vec<Check<'a>>) {
        let mut add = |argument: Argument, column: Option<Column<'a>>, range: Range| {
            checks.extend(column.map(|column| Check::new(argument, column, range)));
        };
        add(Argument::ServiceLevel, self.service_level, Range::Share);
        add(Argument::AsaS, self.asa_s, Range::AtLeastZero);
        add(Argument::MaxOccupancy, self.max_occupancy, Range::ShareAboveZero);
        add(Argument::MaxAbandon, self.max_abandon, Range::Share);
        add(Argument::MaxWaitProbability, self.max_wait_probability, Range::Share);
    }
}

impl StaffingColumns<'_> {
    /// What is asked for in one row.
    #[must_use]
    pub fn get(&self, row: usize) -> Staffing {
        Staffing {
            targets: self.targets.get(row),
            threshold: self.thresholds.get(row),
            fractional: self.fractional,
            min_agents: self.min_agents.at(row),
        }
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
