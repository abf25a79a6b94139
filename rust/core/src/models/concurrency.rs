//! Chat: an agent has several contacts at once, and each takes the longer for it.
//!
//! k chats on n agents are spread evenly, for the agent with the fewest takes the next: with k = q n + r, r agents have
//! q + 1 and the others q. An agent with q chats finishes them at the rate q / aht(q), so that the number of chats is a
//! birth-death chain up to n c of them; those beyond wait, and leave when their patience ends. Chats that end leave
//! their agents uneven for a while, which the chain does not know: it is exact where all levels finish a chat equally
//! fast, and else sees a little too few wait (by up to 0.02 of all, and 0.007 too few leave, in the simulations of
//! `tests/models_simulated.rs`).

use super::chain::{Chain, MOST_STATES};
use super::error::{Argument, ModelError, bounded, ensure};
use super::measures::{IDLE, UNKNOWN};
use super::search::{Search, fewest, with_min_agents, without_search};
use crate::erlang::{self, Queue, ServiceMetrics, Threshold};
use crate::staffing::{Requirement, Staffing};

/// Chats that one agent may have at once.
pub const MOST_LEVELS: usize = 100;

/// The chats of one queue in one interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChatQueue<'a> {
    /// Chats that arrive in the interval.
    pub arrivals: f64,
    /// Length of the interval.
    pub interval_s: f64,
    /// Mean handle time of a chat whose agent has 1, 2, ... at once all the time; it does not fall from one to the next.
    pub aht_by_level_s: &'a [f64],
    /// Mean patience; infinite: nobody leaves, 0: nobody waits.
    pub patience_s: f64,
}

/// The measures of chats and of the agents who have them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChatMetrics {
    /// Of all chats. The offered load is that of one chat at a time; the occupancy is the share of the places for chats
    /// that are taken.
    pub service: ServiceMetrics,
    /// Mean handle time, by the levels at which agents are.
    pub aht_s: f64,
    /// Chats that an agent who has any has at once, on average.
    pub concurrency: f64,
    /// Share of their time in which agents have any chat. It says little: where chats abound, it is 1 long before all
    /// places are taken.
    pub busy_share: f64,
}

impl ChatQueue<'_> {
    /// # Errors
    /// The first argument that is out of range.
    pub fn check(&self) -> Result<(), ModelError> {
        bounded("levels of concurrency", self.aht_by_level_s.len(), MOST_LEVELS)?;
        if self.aht_by_level_s.is_empty() {
            return Err(ModelError::Length { argument: Argument::AhtByLevelS, length: 0, expected: 1 });
        }
        self.one_at_a_time().check()?;
        let mut before = 0.0;
        for (row, aht_s) in self.aht_by_level_s.iter().enumerate() {
            let risen = *aht_s >= before && *aht_s < f64::INFINITY && (*aht_s > 0.0 || self.is_weightless());
            ensure(risen, Argument::AhtByLevelS, *aht_s).map_err(|error| error.at(row))?;
            before = if aht_s.is_nan() { before } else { *aht_s };
        }
        Ok(())
    }

    /// The queue, were an agent to have one chat at a time.
    fn one_at_a_time(&self) -> Queue {
        let aht_s = self.aht_by_level_s.first().copied().unwrap_or(0.0);
        Queue { arrivals: self.arrivals, interval_s: self.interval_s, aht_s, patience_s: self.patience_s }
    }

    /// Whether chats take no time at all.
    fn is_weightless(&self) -> bool {
        self.aht_by_level_s.iter().all(|aht_s| *aht_s == 0.0)
    }

    fn is_known(&self) -> bool {
        let load = self.one_at_a_time().offered_load();
        !(load.is_nan() || self.patience_s.is_nan() || self.aht_by_level_s.iter().any(|aht_s| aht_s.is_nan()))
    }

    /// Chats that an agent with `level` of them finishes in a second.
    fn pace(&self, level: usize) -> f64 {
        if level == 0 { 0.0 } else { level as f64 / self.aht_by_level_s[level - 1] }
    }

    /// Chats that `agents` finish in a second when they have 1, 2, ... of them together.
    fn rates(&self, agents: usize) -> Result<Vec<f64>, ModelError> {
        let levels = self.aht_by_level_s.len();
        bounded("states", agents.saturating_mul(levels), MOST_STATES)?;
        let mut rates = Vec::with_capacity(agents * levels);
        for level in 0..levels {
            let (few, more) = (self.pace(level), self.pace(level + 1));
            rates.extend((1..=agents).map(|with_more| (agents - with_more) as f64 * few + with_more as f64 * more));
        }
        Ok(rates)
    }
}

/// The measures of a chat queue with `agents`, a whole number. NaN in, NaN out.
///
/// # Errors
/// The first argument that is out of range, and more states than a chain may have.
pub fn chat_metrics(chats: &ChatQueue<'_>, agents: f64, threshold: &Threshold) -> Result<ChatMetrics, ModelError> {
    chats.check()?;
    let whole = (0.0..f64::INFINITY).contains(&agents) && agents.fract() == 0.0;
    ensure(whole, Argument::Queue(erlang::Argument::Agents), agents)?;
    threshold.check()?;
    if !chats.is_known() || agents.is_nan() || threshold.is_nan() {
        return Ok(ChatMetrics { service: UNKNOWN, aht_s: f64::NAN, concurrency: f64::NAN, busy_share: f64::NAN });
    }
    measure(chats, agents, threshold)
}

/// The fewest agents with whom chats are served as `staffing` asks: agents, not places for chats, and whole ones.
///
/// # Errors
/// Those of `chat_metrics`, and of the targets.
pub fn chat_required_agents(chats: &ChatQueue<'_>, staffing: &Staffing) -> Result<Requirement, ModelError> {
    chats.check()?;
    let queue = chats.one_at_a_time();
    let staffing = Staffing { fractional: false, ..*staffing };
    staffing.check(&queue)?;
    if let Some(known) = without_search(&queue, &staffing, chats.is_known()) {
        return Ok(known);
    }
    // An agent's pace with all places taken: without patience to end, chats must come more slowly than that.
    let levels = chats.aht_by_level_s.len();
    let load = chats.arrivals / chats.interval_s / chats.pace(levels);
    let endless = chats.patience_s == f64::INFINITY;
    let search = Search { too_few: if endless { load.floor() } else { 0.0 }, most: f64::INFINITY, start: load };
    let found =
        fewest(&search, &staffing, |agents| measure(chats, agents, &staffing.threshold).map(|chat| chat.service))?;
    Ok(with_min_agents(found, &staffing))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, not negative, and bounded")]
fn measure(chats: &ChatQueue<'_>, agents: f64, threshold: &Threshold) -> Result<ChatMetrics, ModelError> {
    if agents > MOST_STATES as f64 {
        return Err(ModelError::TooLarge { what: "agents", most: MOST_STATES });
    }
    let offered_load = chats.one_at_a_time().offered_load();
    let alone_s = chats.aht_by_level_s[0];
    if offered_load == 0.0 {
        return Ok(ChatMetrics { service: IDLE, aht_s: alone_s, concurrency: 1.0, busy_share: 0.0 });
    }
    let count = agents as usize;
    let levels = chats.aht_by_level_s.len();
    let rates = chats.rates(count)?;
    let chain = Chain {
        arrival_rate: chats.arrivals / chats.interval_s,
        rates: &rates,
        leave_rate: 1.0 / chats.patience_s,
        room: None,
    };
    let (service, _, steady) = chain.measure(agents * levels as f64, |taken| taken as f64, threshold)?;
    let service = ServiceMetrics { offered_load, ..service };
    let Some(steady) = steady.filter(|_| count > 0) else {
        // All places are taken, or there are none.
        let aht_s = chats.aht_by_level_s[levels - 1];
        return Ok(ChatMetrics { service, aht_s, concurrency: levels as f64, busy_share: 1.0 });
    };
    let (mut taken, mut busy, mut finished) = (0.0, 0.0, 0.0);
    for (chats_now, p) in steady.in_service().filter(|(chats_now, _)| *chats_now > 0) {
        taken += p * chats_now as f64;
        busy += p * chats_now.min(count) as f64;
        finished += p * rates[chats_now - 1];
    }
    Ok(ChatMetrics { service, aht_s: taken / finished, concurrency: taken / busy, busy_share: busy / agents })
}
