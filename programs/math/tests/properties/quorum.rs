//! What a committee decides whatever its dishonest members do, and what becomes of a device without a quorum.

use crate::{
    config,
    record::{Account, FOREVER},
};
use ionet_math::{
    bounds::MAX_COMMITTEE,
    committee::threshold,
    device::{ALIVE, DEPLOYABLE, PASSED, UNSEEN},
    tally::{Decision, Votes},
};
use proptest::{prelude::*, sample::select};

/// A committee, and what its other members say: any code, or nothing at all.
fn committees() -> impl Strategy<Value = (u8, Vec<Option<u8>>)> {
    (1..=MAX_COMMITTEE).prop_flat_map(|k| {
        let others = (k - threshold(k)) as usize;
        let code = prop_oneof![1 => Just(None), 4 => (0..16_u8).prop_map(Some)];
        // Each says its own, or all agree.
        let any = prop::collection::vec(code, 0..=others);
        let agreed = (0..16_u8).prop_map(move |code| vec![Some(code); others]);
        (Just(k), prop_oneof![any, agreed])
    })
}

fn decide(k: u8, codes: impl IntoIterator<Item = u8>) -> Decision {
    let mut votes = Votes::default();
    codes.into_iter().for_each(|code| votes.add(code));
    votes.decide(k)
}

proptest! {
    #![proptest_config(config(4_096))]

    #[test]
    fn an_honest_quorum_decides_what_it_saw((k, others) in committees(), honest in 0..16_u8, sees in 0..4_u8) {
        let (code, result) = match sees {
            0 => (2, DEPLOYABLE),
            1 => (1, PASSED),
            2 => (3, ALIVE),
            _ => (if (1..4).contains(&honest) { 0 } else { honest }, UNSEEN),
        };
        // As many as say nothing may be honest too: the quorum is the least.
        let codes = (0..threshold(k)).map(|_| code).chain(others.into_iter().flatten());
        prop_assert_eq!(decide(k, codes).outcome, Some(result));
    }

    #[test]
    fn honest_members_may_name_different_reasons((k, others) in committees(), reasons in prop::collection::vec(select(vec![0, 4, 5, 9, 15_u8]), 14)) {
        let quorum = threshold(k) as usize;
        let codes = reasons[..quorum].iter().copied().chain(others.into_iter().flatten());
        let decision = decide(k, codes);
        prop_assert_eq!(decision.outcome, Some(UNSEEN));
        prop_assert!(decision.reason == 0 || decision.reason > 3);
    }

    #[test]
    fn less_than_a_quorum_decides_nothing(k in 0..=MAX_COMMITTEE, codes in prop::collection::vec(0..16_u8, 0..21)) {
        let few = (threshold(k) as usize).saturating_sub(1).min(codes.len());
        prop_assert_eq!(decide(k, codes[..few].iter().copied()), Decision { outcome: None, reason: 0 });
    }

    #[test]
    fn a_device_without_a_quorum_keeps_its_result_for_two_epochs(result in 1..4_u8, tallies in prop::collection::vec(any::<bool>(), 6)) {
        let mut account = Account::new();
        account.activate(3);
        account.tally(4, Some(result));
        for (epoch, is_tallied) in (5..).zip(tallies) {
            if is_tallied {
                account.tally(epoch, decide(9, [2; 5]).outcome);
            }
            let expected = if epoch <= 6 { result } else { UNSEEN };
            prop_assert_eq!(account.view().nibble(epoch) & 3, expected, "epoch {}", epoch);
        }
        prop_assert_eq!(account.active_until, FOREVER);
    }
}

#[test]
fn the_others_are_never_a_quorum() {
    for k in 1..=MAX_COMMITTEE {
        let quorum = threshold(k);
        assert!(3 * u32::from(quorum) >= 2 * u32::from(k) && 3 * (u32::from(quorum) - 1) < 2 * u32::from(k));
        assert!(k - quorum < quorum);
    }
    assert_eq!(decide(0, [2]).outcome, None);
}
