//! One contact's wait, by its law.

use crate::special::beta::Ladder;
use crate::special::beta_inverse::Wanted;
use crate::wait::passage::Passage;

/// A contact in a line before agents who are all busy. Rates are per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// How many of the same class or a higher one are ahead.
    pub ahead: u32,
    /// Contacts that are taken out of the line; above 0 and finite.
    pub start_rate: f64,
    /// How soon each of those who wait gives up: 1 / mean patience. Infinite: at once.
    pub abandon_rate: f64,
    /// Arrivals of higher classes, which overtake.
    pub overtake_rate: f64,
}

/// Who gives up so much sooner than contacts are started is gone when the next one is.
const AT_ONCE: f64 = 1e30;

/// The law of a line's wait.
enum Law {
    Ladder(Ladder),
    Passage(Passage),
}

impl Line {
    /// Whether all others give up before the next start.
    fn is_deserted(&self) -> bool {
        self.abandon_rate >= AT_ONCE * self.start_rate || self.all_leave() > 1e300
    }

    /// How soon one of those in line gives up, the contact included.
    fn all_leave(&self) -> f64 {
        (f64::from(self.ahead) + 1.0) * self.abandon_rate
    }

    /// The law of the wait of one who stays.
    fn law(&self) -> Law {
        if self.is_deserted() {
            return Law::Ladder(Ladder::new(0, self.start_rate, 0.0));
        }
        if self.overtake_rate > 0.0 {
            return Law::Passage(Passage::new(*self));
        }
        Law::Ladder(Ladder::new(self.ahead, self.start_rate, self.abandon_rate))
    }

    /// The law where nobody overtakes.
    pub(super) fn ladder(&self) -> Option<Ladder> {
        match self.law() {
            Law::Ladder(ladder) => Some(ladder),
            Law::Passage(_) => None,
        }
    }

    /// The mean wait of a contact that stays, in seconds.
    #[inline]
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self.law() {
            Law::Ladder(ladder) => ladder.mean(),
            Law::Passage(passage) => passage.moments().mean,
        }
    }

    /// The variance of that wait, in square seconds.
    #[must_use]
    pub fn variance(&self) -> f64 {
        match self.law() {
            Law::Ladder(ladder) => ladder.cumulants()[1],
            Law::Passage(passage) => passage.moments().variance,
        }
    }

    /// The wait that is not exceeded with a probability.
    #[must_use]
    pub fn quantile(&self, wanted: Wanted) -> f64 {
        match self.law() {
            Law::Ladder(ladder) => ladder.quantile(wanted),
            Law::Passage(passage) => passage.quantile(wanted),
        }
    }

    /// The probability that the contact is answered before it gives up.
    #[inline]
    #[must_use]
    pub fn answer_probability(&self) -> f64 {
        if self.overtake_rate > 0.0 && !self.is_deserted() {
            return Passage::new(*self).answer_probability();
        }
        self.start_rate / (self.start_rate + self.all_leave())
    }

    /// The probability that the contact is answered within a time and before it gives up.
    #[must_use]
    pub fn service_level(&self, answer_within_s: f64) -> f64 {
        if self.is_deserted() {
            return if answer_within_s > 0.0 { self.answer_probability() } else { 0.0 };
        }
        if self.overtake_rate > 0.0 {
            return Passage::new(*self).service_level(answer_within_s);
        }
        // Weighted by e^(-hV), the law is that of rates that are all higher by h.
        let ladder = Ladder::new(self.ahead, self.start_rate + self.abandon_rate, self.abandon_rate);
        self.answer_probability() * ladder.tails(answer_within_s).below
    }
}
