//! The lives of devices reach the regions where rules meet: a property that never goes there shows nothing.

use crate::record::{epochs, steps, Account, Step, FOREVER};
use ionet_math::{bounds::RING_EPOCHS, device::UNSEEN};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use std::collections::BTreeMap;

const LIVES: u32 = 512;
/// Each region must be reached this often in [`LIVES`] lives.
const OFTEN: u32 = 20;

const REGIONS: [&str; 11] = [
    "carried once by a tally",
    "carried twice by a tally",
    "unseen after two carries",
    "a carried result carried on over a gap",
    "a result recorded after a gap longer than the carries",
    "a result recorded after a gap longer than the ring",
    "a seen result taken back",
    "deactivated while carried, past the last tally",
    "activated again while the ring holds the spell before",
    "deactivated in the epoch of its activation",
    "an epoch overwritten that was seen",
];

/// The regions that an epoch has reached.
fn regions(epoch: u32, step: Step, before: &Account, after: &Account) -> Vec<&'static str> {
    let newest = before.view().nibble(before.tallied_to);
    let read = after.view().nibble(epoch);
    let gap = after.tallied_to - before.tallied_to;
    let is_recorded = after.tallied_to == epoch && before.tallied_to < epoch && before.active_until == FOREVER;
    let is_ended = before.active_until != epoch && after.active_until == epoch;
    let is_begun = before.active_until != FOREVER && after.active_until == FOREVER;
    let is_undecided = is_recorded && matches!(step, Step::Tally(None));
    let is_late_end = matches!(step, Step::TallyThenDeactivate(Some(result)) if result != UNSEEN);
    let oldest = (before.tallied_to + 1).saturating_sub(RING_EPOCHS);
    [
        is_undecided && gap == 1 && read >> 2 == 1,
        is_undecided && gap == 1 && read >> 2 == 2,
        is_undecided && gap == 1 && newest >> 2 == 2 && read == UNSEEN,
        is_undecided && gap == 2 && newest >> 2 == 0 && read >> 2 == 2,
        is_recorded && gap > 3 && newest & 3 != UNSEEN,
        is_recorded && gap > RING_EPOCHS,
        is_ended && is_late_end && read == UNSEEN,
        is_ended && before.view().nibble(epoch - 1) >> 2 != 0 && epoch - 1 > before.tallied_to,
        is_begun && (oldest..epoch).any(|earlier| before.view().nibble(earlier) & 3 != UNSEEN),
        is_ended && after.active_from == epoch + 1,
        gap > 0 && before.view().nibble(oldest) & 3 != UNSEEN && after.view().nibble(oldest) == UNSEEN,
    ]
    .iter()
    .zip(REGIONS)
    .filter_map(|(&is_reached, region)| is_reached.then_some(region))
    .collect()
}

#[test]
fn lives_of_devices_reach_every_region() {
    let mut runner = TestRunner::deterministic();
    let mut reached: BTreeMap<_, u32> = REGIONS.map(|region| (region, 0)).into();
    for _ in 0..LIVES {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        let mut account = Account::new();
        for (epoch, step) in epochs(&steps) {
            let before = account.clone();
            account.step(epoch, step);
            regions(epoch, step, &before, &account)
                .into_iter()
                .for_each(|region| *reached.get_mut(region).unwrap() += 1);
        }
    }
    let seldom: Vec<_> = reached.iter().filter(|(_, &times)| times < OFTEN).collect();
    assert!(seldom.is_empty(), "too seldom in {LIVES} lives: {seldom:?}");
}
