//! The least number at which a falling function is met.

use super::targets::SLACK;

/// Evaluations after which a search ends with what it has; none has been seen to need a third of it.
const MOST: usize = 200;

/// Where to look.
#[derive(Clone, Copy)]
pub(super) struct Search {
    /// Not met here, or not allowed.
    pub(super) low: f64,
    /// Where to begin, above `low`.
    pub(super) start: f64,
    /// About how far the answer may be from there.
    pub(super) step: f64,
    /// Whether only whole numbers count.
    pub(super) whole: bool,
}

/// A place and the value there.
#[derive(Clone, Copy)]
struct Point {
    at: f64,
    value: f64,
}

/// Where a hunt has come to.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    First,
    /// Away from the first place, until the function is met on one side and not on the other.
    Outward,
    /// Between such places.
    Inward,
    Done,
}

/// A search that asks for values one by one, so that many can go on side by side.
#[derive(Clone, Copy)]
pub(super) struct Hunt {
    search: Search,
    stage: Stage,
    rounds: usize,
    step: f64,
    /// The place whose value is asked for.
    asked: f64,
    /// Not met here, and met there; going outward the last place is both.
    low: Point,
    high: Point,
    side: i8,
}

/// The least `n` above `low` at which `excess(n)`, which falls, is 0 or less: but for the slack when `n` is to be whole.
pub(super) fn least(search: Search, excess: impl Fn(f64) -> f64) -> f64 {
    let mut hunt = Hunt::new(search);
    while let Some(n) = hunt.asks() {
        hunt.tell(excess(n));
    }
    hunt.found()
}

impl Hunt {
    pub(super) fn new(search: Search) -> Self {
        let nowhere = Point { at: search.low, value: 1e3 };
        let step = if search.whole { search.step.max(1.0) } else { search.step };
        let mut hunt =
            Self { search, stage: Stage::First, rounds: 0, step, asked: 0.0, low: nowhere, high: nowhere, side: 0 };
        hunt.asked = hunt.place(search.start);
        hunt
    }

    /// The place whose value is to be told next, until the hunt is over.
    pub(super) fn asks(&self) -> Option<f64> {
        (self.stage != Stage::Done).then_some(self.asked)
    }

    /// What was found.
    pub(super) fn found(&self) -> f64 {
        self.high.at
    }

    /// Takes the value of the place that was asked for.
    pub(super) fn tell(&mut self, excess: f64) {
        let slack = if self.search.whole { SLACK } else { 0.0 };
        let point = Point { at: self.asked, value: (excess - slack).clamp(-1e3, 1e3) };
        match self.stage {
            Stage::First => self.outward(point),
            Stage::Outward => self.outside(point),
            Stage::Inward => self.inside(point),
            Stage::Done => {}
        }
    }

    fn place(&self, n: f64) -> f64 {
        if self.search.whole { n.ceil().max(self.search.low + 1.0) } else { n }
    }

    /// Away from a place, down if the function is met there.
    fn outward(&mut self, last: Point) {
        self.high = last;
        let met = last.value <= 0.0;
        if self.rounds == MOST || (met && last.at - self.step <= self.search.low) {
            self.between(Point { at: self.search.low, value: 1e3 }, last);
            return;
        }
        self.rounds += 1;
        self.stage = Stage::Outward;
        self.asked = self.place(if met { last.at - self.step } else { last.at + self.step });
    }

    fn outside(&mut self, next: Point) {
        let last = self.high;
        let met = last.value <= 0.0;
        if met != (next.value <= 0.0) {
            let (low, high) = if met { (next, last) } else { (last, next) };
            self.between(low, high);
        } else if met && next.at >= last.at {
            self.between(Point { at: self.search.low, value: 1e3 }, last);
        } else {
            // As far again as a straight line says, and a little beyond.
            let closer = next.value.abs() < 0.99 * last.value.abs();
            let line = next.value.abs() / (last.value - next.value).abs() * (next.at - last.at).abs();
            let step = self.step;
            let step = if closer { (1.2 * line).clamp(0.5 * step, 16.0 * step) } else { 4.0 * step };
            self.step = if self.search.whole { step.ceil() } else { step };
            self.outward(next);
        }
    }

    fn between(&mut self, low: Point, high: Point) {
        (self.low, self.high) = (low, high);
        (self.rounds, self.side) = (0, 0);
        self.inward();
    }

    /// By a secant, within the bracket.
    fn inward(&mut self) {
        let (low, high, whole) = (self.low, self.high, self.search.whole);
        self.stage = Stage::Done;
        let width = high.at - low.at;
        if self.rounds == MOST || if whole { width <= 1.0 } else { width <= 1e-13 * high.at } {
            return;
        }
        let share = low.value / (low.value - high.value);
        let within = if share > 0.0 && share < 1.0 && low.value < 1e3 { share } else { 0.5 };
        let mut n = low.at + width * within;
        if whole {
            n = n.ceil().clamp(low.at + 1.0, high.at - 1.0);
        } else if n <= low.at || n >= high.at {
            n = low.at + 0.5 * width;
            if n <= low.at || n >= high.at {
                return;
            }
        }
        self.rounds += 1;
        self.stage = Stage::Inward;
        self.asked = n;
    }

    fn inside(&mut self, next: Point) {
        // Whoever stays twice counts half: otherwise one end might never move (the Illinois rule).
        if next.value <= 0.0 {
            self.high = next;
            if self.side == 1 {
                self.low.value *= 0.5;
            }
            self.side = 1;
        } else {
            self.low = next;
            if self.side == -1 {
                self.high.value *= 0.5;
            }
            self.side = -1;
        }
        if next.value == 0.0 && !self.search.whole {
            self.stage = Stage::Done;
        } else {
            self.inward();
        }
    }
}
