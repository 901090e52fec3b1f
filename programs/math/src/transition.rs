//! The job state machine: one function. Its table and guards: docs/adr/003-job-state-machine.md.

/// Where a job is in its life; numbers as on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum State {
    /// Paid for, not started.
    Open = 0,
    /// Running.
    Active = 1,
    /// Stopped; amounts are booked and being paid out.
    Ending = 2,
    /// Held for a ruling.
    Disputed = 3,
    /// Ruled, not yet paid out.
    Ruled = 4,
    /// Refused by the provider.
    Declined = 5,
    /// Nobody accepted in time, or its cluster failed.
    Expired = 6,
    /// Withdrawn by the client before the start.
    Cancelled = 7,
}

impl State {
    /// All states, by number.
    pub const ALL: [Self; 8] = [
        Self::Open,
        Self::Active,
        Self::Ending,
        Self::Disputed,
        Self::Ruled,
        Self::Declined,
        Self::Expired,
        Self::Cancelled,
    ];

    /// The state with this number.
    #[inline(always)]
    pub const fn from_u8(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Open,
            1 => Self::Active,
            2 => Self::Ending,
            3 => Self::Disputed,
            4 => Self::Ruled,
            5 => Self::Declined,
            6 => Self::Expired,
            7 => Self::Cancelled,
            _ => return None,
        })
    }
}

/// What an instruction does to a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Action {
    /// Accept, and start.
    Accept,
    /// Accept as a member of a cluster that is not complete yet.
    Join,
    /// Refuse.
    Decline,
    /// Add time or money.
    Extend,
    /// Account seen time and pay.
    Settle,
    /// Pay by voucher.
    Voucher,
    /// Hand in the result.
    Submit,
    /// Stop by the client.
    End,
    /// Stop by the provider.
    Quit,
    /// Apply a deadline.
    Expire,
    /// Put before a committee.
    Dispute,
    /// Apply the committee's ruling.
    ApplyRuling,
    /// Make final.
    Release,
    /// Pay the client.
    Refund,
    /// Pay the fee.
    Sweep,
    /// Remove; the state returned is the one it is removed from.
    Close,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 16] = [
        Self::Accept,
        Self::Join,
        Self::Decline,
        Self::Extend,
        Self::Settle,
        Self::Voucher,
        Self::Submit,
        Self::End,
        Self::Quit,
        Self::Expire,
        Self::Dispute,
        Self::ApplyRuling,
        Self::Release,
        Self::Refund,
        Self::Sweep,
        Self::Close,
    ];
}

/// The state after `action`, or `None` where the table has no such pair.
#[inline(always)]
pub const fn transition(state: State, action: Action) -> Option<State> {
    Some(match (state, action) {
        (State::Open, Action::Accept) => State::Active,
        (State::Open, Action::Join) => State::Open,
        (State::Open, Action::Decline) => State::Declined,
        (State::Open, Action::End) => State::Cancelled,
        (State::Open, Action::Expire) => State::Expired,

        (State::Active, Action::Extend | Action::Settle | Action::Voucher | Action::Sweep) => State::Active,
        (State::Active, Action::Submit | Action::End | Action::Quit | Action::Expire) => State::Ending,
        (State::Active | State::Ending, Action::Dispute) => State::Disputed,

        (State::Ending, Action::Settle | Action::Voucher | Action::Release | Action::Refund | Action::Sweep) => {
            State::Ending
        }
        (State::Disputed, Action::Settle | Action::Refund | Action::Sweep) => State::Disputed,
        (State::Disputed, Action::ApplyRuling) => State::Ruled,
        (State::Ruled, Action::Release | Action::Refund | Action::Sweep) => State::Ruled,

        (State::Declined | State::Expired | State::Cancelled, Action::Refund) => state,
        (State::Ending | State::Ruled | State::Declined | State::Expired | State::Cancelled, Action::Close) => state,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The design's table as text, one row per state: every pair that is listed, and no other, is allowed.
    const TABLE: [(State, &[(Action, State)]); 8] = {
        use Action as A;
        use State as S;
        [
            (
                S::Open,
                &[
                    (A::Accept, S::Active),
                    (A::Join, S::Open),
                    (A::Decline, S::Declined),
                    (A::End, S::Cancelled),
                    (A::Expire, S::Expired),
                ],
            ),
            (
                S::Active,
                &[
                    (A::Extend, S::Active),
                    (A::Settle, S::Active),
                    (A::Voucher, S::Active),
                    (A::Sweep, S::Active),
                    (A::Submit, S::Ending),
                    (A::End, S::Ending),
                    (A::Quit, S::Ending),
                    (A::Expire, S::Ending),
                    (A::Dispute, S::Disputed),
                ],
            ),
            (
                S::Ending,
                &[
                    (A::Settle, S::Ending),
                    (A::Refund, S::Ending),
                    (A::Sweep, S::Ending),
                    (A::Voucher, S::Ending),
                    (A::Dispute, S::Disputed),
                    (A::Release, S::Ending),
                    (A::Close, S::Ending),
                ],
            ),
            (
                S::Disputed,
                &[
                    (A::Settle, S::Disputed),
                    (A::Refund, S::Disputed),
                    (A::Sweep, S::Disputed),
                    (A::ApplyRuling, S::Ruled),
                ],
            ),
            (S::Ruled, &[(A::Release, S::Ruled), (A::Refund, S::Ruled), (A::Sweep, S::Ruled), (A::Close, S::Ruled)]),
            (S::Declined, &[(A::Refund, S::Declined), (A::Close, S::Declined)]),
            (S::Expired, &[(A::Refund, S::Expired), (A::Close, S::Expired)]),
            (S::Cancelled, &[(A::Refund, S::Cancelled), (A::Close, S::Cancelled)]),
        ]
    };

    #[test]
    fn every_pair_is_as_in_the_table() {
        for (state, row) in TABLE {
            for action in Action::ALL {
                let expected = row.iter().find(|(a, _)| *a == action).map(|(_, to)| *to);
                assert_eq!(transition(state, action), expected, "{state:?} {action:?}");
            }
        }
    }

    #[test]
    fn numbers_are_the_wire_numbers() {
        for (number, state) in State::ALL.into_iter().enumerate() {
            assert_eq!(state as usize, number);
            assert_eq!(u8::try_from(number).ok().and_then(State::from_u8), Some(state));
        }
        assert_eq!(State::from_u8(8), None);
    }
}
