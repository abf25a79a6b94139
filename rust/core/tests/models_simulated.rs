//! Two models are approximations: chats spread evenly over agents, and attempts that come at random. Here is how close
//! they are to simulated agents and callers, event by event.

use turnout_core::erlang::{Definition, Queue, Threshold};
use turnout_core::models::{ChatQueue, RetrialQueue, chat_metrics, retrial_metrics};

const EVENTS: usize = 3_000_000;

/// `SplitMix64`: the same numbers in every run.
struct Draw(u64);

impl Draw {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((bits ^ (bits >> 31)) >> 32).expect("32 bits are left")) / 4_294_967_296.0
    }

    /// The number of the rate that is next, and the mean time until then.
    fn next(&mut self, rates: &[f64]) -> (usize, f64) {
        let sum: f64 = rates.iter().sum();
        let mut left = self.uniform() * sum;
        let hit = rates.iter().position(|rate| {
            left -= rate;
            left < 0.0
        });
        (hit.unwrap_or(0), 1.0 / sum)
    }
}

/// Arrivals that wait, contacts that leave, attempts, and the time that contacts waited, over a simulated time.
#[derive(Default)]
struct Seen {
    attempts: f64,
    waited: f64,
    left: f64,
    blocked: f64,
    waiting_s: f64,
    time_s: f64,
}

/// Agents who each have their chats; the one with the fewest takes the next.
fn simulated_chats(chats: &ChatQueue<'_>, agents: u32) -> Seen {
    let levels = chats.aht_by_level_s.len();
    let (mut draw, mut seen) = (Draw(7), Seen::default());
    // Agents by the number of their chats, and the queue.
    let mut having = vec![0_u32; levels + 1];
    having[0] = agents;
    let mut queue = 0.0;
    for _ in 0..EVENTS {
        let mut rates = vec![chats.arrivals / chats.interval_s, queue / chats.patience_s];
        for (level, aht_s) in (1_u32..).zip(chats.aht_by_level_s) {
            rates.push(f64::from(having[level as usize] * level) / aht_s);
        }
        let (event, time_s) = draw.next(&rates);
        seen.time_s += time_s;
        seen.waiting_s += queue * time_s;
        match event {
            0 => {
                seen.attempts += 1.0;
                match (0..levels).find(|level| having[*level] > 0) {
                    Some(level) => {
                        having[level] -= 1;
                        having[level + 1] += 1;
                    }
                    None => {
                        seen.waited += 1.0;
                        queue += 1.0;
                    }
                }
            }
            1 => {
                seen.left += 1.0;
                queue -= 1.0;
            }
            _ if queue > 0.0 => queue -= 1.0,
            finished => {
                having[finished - 1] -= 1;
                having[finished - 2] += 1;
            }
        }
    }
    seen
}

#[test]
fn chats_are_spread_nearly_evenly() {
    let levels: [&[f64]; 3] = [&[240.0, 300.0, 420.0], &[240.0, 270.0, 300.0], &[240.0, 400.0]];
    for (aht_by_level_s, agents, per_agent) in
        [(levels[0], 4, 0.0062), (levels[0], 15, 0.0068), (levels[1], 6, 0.0095), (levels[2], 8, 0.0046)]
    {
        let arrivals = per_agent * f64::from(agents);
        let chats = ChatQueue { arrivals, interval_s: 1.0, aht_by_level_s, patience_s: 120.0 };
        let threshold = Threshold { answer_within_s: 20.0, definition: Definition::Offered };
        let service = chat_metrics(&chats, f64::from(agents), &threshold).unwrap().service;
        let seen = simulated_chats(&chats, agents);
        let differences = [
            service.wait_probability - seen.waited / seen.attempts,
            service.abandon_probability - seen.left / seen.attempts,
            (service.asa_s - seen.waiting_s / seen.attempts) / 120.0,
        ];
        println!("{agents} agents, {aht_by_level_s:?}: {service:?}, off by {differences:.4?}");
        assert!(service.wait_probability > 0.05 && service.wait_probability < 0.6, "a case that says something");
        // Uneven agents are full sooner: the chain sees somewhat fewer chats wait than there are.
        let [wait, abandon, asa] = differences;
        assert!(wait < 0.002 && wait > -0.025 && abandon.abs() < 0.01 && asa.abs() < 0.01, "{differences:?}");
    }
}

/// Callers who leave or find no line, and try again after a mean of `delay_s`.
fn simulated_retrials(retrials: &RetrialQueue, agents: f64, delay_s: f64) -> Seen {
    let Queue { arrivals, interval_s, aht_s, patience_s } = retrials.queue;
    let (mut draw, mut seen) = (Draw(9), Seen::default());
    let (mut present, mut away) = (0.0_f64, 0.0);
    for event in 0..EVENTS {
        let waiting = (present - agents).max(0.0);
        let rates = [arrivals / interval_s, away / delay_s, present.min(agents) / aht_s, waiting / patience_s];
        let (what, time_s) = draw.next(&rates);
        // It begins empty: the first tenth does not count.
        if event == EVENTS / 10 {
            seen = Seen::default();
        }
        seen.time_s += time_s;
        seen.waiting_s += waiting * time_s;
        if what == 1 {
            away -= 1.0;
        }
        match what {
            0 | 1 => {
                seen.attempts += 1.0;
                if present >= retrials.lines {
                    seen.blocked += 1.0;
                    away += f64::from(draw.uniform() < retrials.blocked_retry_probability);
                } else {
                    seen.waited += f64::from(present >= agents);
                    present += 1.0;
                }
            }
            2 => present -= 1.0,
            _ => {
                present -= 1.0;
                seen.left += 1.0;
                away += f64::from(draw.uniform() < retrials.retry_probability);
            }
        }
    }
    seen
}

#[test]
fn attempts_come_nearly_at_random() {
    for (arrivals, agents, lines, retry_probability, blocked_retry_probability) in
        [(100.0, 12.0, 24.0, 0.5, 0.0), (110.0, 12.0, 16.0, 0.7, 0.6), (30.0, 3.0, 8.0, 0.6, 0.3)]
    {
        let queue = Queue { arrivals, interval_s: 1800.0, aht_s: 240.0, patience_s: 120.0 };
        let retrials = RetrialQueue { queue, retry_probability, blocked_retry_probability, lines };
        let threshold = Threshold { answer_within_s: 20.0, definition: Definition::Offered };
        let metrics = retrial_metrics(&retrials, agents, &threshold).unwrap();
        // An hour passes before people try again.
        let seen = simulated_retrials(&retrials, agents, 3600.0);
        let let_in = seen.attempts - seen.blocked;
        let differences = [
            metrics.attempts / (seen.attempts / seen.time_s * 1800.0) - 1.0,
            metrics.blocking_probability - seen.blocked / seen.attempts,
            metrics.service.wait_probability - seen.waited / let_in,
            metrics.service.abandon_probability - seen.left / let_in,
            metrics.service.asa_s / 120.0 - seen.waiting_s / let_in / 120.0,
        ];
        println!("{retrials:?}: {metrics:?}, off by {differences:.4?}");
        assert!(metrics.attempts > 1.05 * arrivals, "a case that says something");
        assert!(differences.iter().all(|difference| difference.abs() < 0.005), "{differences:?}");
    }
}
