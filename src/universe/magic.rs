//! Numbers that mean something: the last four digits of a dialled or calling number decide what
//! becomes of a call that a client creates.

use super::CallOutcome;

/// What a number decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Magic {
    /// The call has this outcome.
    Ends(CallOutcome),
    /// The call is answered, and then transferred to another agent.
    Transferred,
    /// No agent is available.
    NoAgent,
    /// The request is accepted, and a person must choose before anything is dialled.
    Accepted,
    /// The request is refused because there were too many.
    TooMany,
    /// The service fails.
    Failure,
    /// The answer comes late.
    Late,
}

/// One number that means something.
#[derive(Debug, Clone, Copy)]
pub struct MagicNumber {
    /// The last four digits.
    pub digits: &'static str,
    /// What they decide.
    pub means: Magic,
    /// The same in words.
    pub summary: &'static str,
}

/// The time by which a late answer comes late, in seconds.
pub const LATE: u64 = 10;

/// All numbers that mean something. The list is also shown by `GET /_mock` and in the documents.
pub const MAGIC_NUMBERS: &[MagicNumber] = &[
    of("0101", Magic::Ends(CallOutcome::Answered), "the call is answered"),
    of("0102", Magic::Ends(CallOutcome::Busy), "the line is busy"),
    of("0103", Magic::Ends(CallOutcome::NoAnswer), "nobody answers"),
    of("0104", Magic::Ends(CallOutcome::Rejected), "the far end declines"),
    of(
        "0105",
        Magic::Ends(CallOutcome::AbandonedQueue),
        "the caller hangs up in the queue (inbound calls only)",
    ),
    of("0106", Magic::Ends(CallOutcome::Voicemail), "a message is left"),
    of("0107", Magic::Transferred, "the call is answered, then transferred to another agent"),
    of(
        "0111",
        Magic::NoAgent,
        "no agent is available: an outbound call is refused, an inbound one is abandoned",
    ),
    of("0112", Magic::Accepted, "an outbound call is accepted, and the agent must choose first: 202"),
    of("0113", Magic::TooMany, "too many requests: 429"),
    of("0114", Magic::Failure, "the service fails: 500"),
    of("0115", Magic::Late, "the answer comes ten seconds late"),
];

const fn of(digits: &'static str, means: Magic, summary: &'static str) -> MagicNumber {
    MagicNumber { digits, means, summary }
}

impl Magic {
    /// What the last four digits of a number decide, if they decide anything.
    #[must_use]
    pub fn of(number: &str) -> Option<Self> {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let last = digits.get(digits.len().checked_sub(4)?..)?;
        MAGIC_NUMBERS.iter().find(|number| number.digits == last).map(|number| number.means)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_four_digits_decide_whatever_stands_between_them() {
        assert_eq!(Magic::of("+1 205-555-0102"), Some(Magic::Ends(CallOutcome::Busy)));
        assert_eq!(Magic::of("0355550115"), Some(Magic::Late));
        assert_eq!(Magic::of("+1 205-555-0100"), None);
        assert_eq!(Magic::of("102"), None);
        assert_eq!(Magic::of(""), None);
    }
}
