//! The least number at which a falling function is met.

use super::targets::SLACK;

/// Evaluations after which a search ends with what it has; none has been seen to need a third of it.
const MOST: usize = 200;

/// Where to look.
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

/// The least `n` above `low` at which `excess(n)`, which falls, is 0 or less: but for the slack when `n` is to be whole.
pub(super) fn least(search: &Search, excess: impl Fn(f64) -> f64) -> f64 {
    let slack = if search.whole { SLACK } else { 0.0 };
    let place = |n: f64| if search.whole { n.ceil().max(search.low + 1.0) } else { n };
    let point = |n: f64| Point { at: n, value: (excess(n) - slack).clamp(-1e3, 1e3) };
    let (mut low, mut high) = bracket(search, place, point);
    let mut side = 0;
    for _ in 0..MOST {
        let width = high.at - low.at;
        if if search.whole { width <= 1.0 } else { width <= 1e-13 * high.at } {
            break;
        }
        let share = low.value / (low.value - high.value);
        let within = if share > 0.0 && share < 1.0 && low.value < 1e3 { share } else { 0.5 };
        let mut n = low.at + width * within;
        if search.whole {
            n = n.ceil().clamp(low.at + 1.0, high.at - 1.0);
        } else if n <= low.at || n >= high.at {
            n = low.at + 0.5 * width;
            if n <= low.at || n >= high.at {
                break;
            }
        }
        // Whoever stays twice counts half: otherwise one end might never move (the Illinois rule).
        let next = point(n);
        if next.value <= 0.0 {
            high = next;
            if side == 1 {
                low.value *= 0.5;
            }
            side = 1;
        } else {
            low = next;
            if side == -1 {
                high.value *= 0.5;
            }
            side = -1;
        }
        if next.value == 0.0 && !search.whole {
            break;
        }
    }
    high.at
}

/// A place where the function is not met, and one above where it is.
fn bracket(search: &Search, place: impl Fn(f64) -> f64, point: impl Fn(f64) -> Point) -> (Point, Point) {
    let mut step = if search.whole { search.step.max(1.0) } else { search.step };
    let mut last = point(place(search.start));
    let met = last.value <= 0.0;
    for _ in 0..MOST {
        if met && last.at - step <= search.low {
            return (Point { at: search.low, value: 1e3 }, last);
        }
        let next = point(place(if met { last.at - step } else { last.at + step }));
        if met != (next.value <= 0.0) {
            return if met { (next, last) } else { (last, next) };
        }
        if met && next.at >= last.at {
            return (Point { at: search.low, value: 1e3 }, last);
        }
        // As far again as a straight line says, and a little beyond.
        let closer = next.value.abs() < 0.99 * last.value.abs();
        let line = next.value.abs() / (last.value - next.value).abs() * (next.at - last.at).abs();
        step = if closer { (1.2 * line).clamp(0.5 * step, 16.0 * step) } else { 4.0 * step };
        if search.whole {
            step = step.ceil();
        }
        last = next;
    }
    (Point { at: search.low, value: 1e3 }, last)
}
