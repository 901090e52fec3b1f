//! A device's record over its life, against a model that keeps one nibble per epoch for ever.

use ionet_math::{
    bounds::RING_EPOCHS,
    device::{close_gap, record, retract, Device, RING_LEN, UNSEEN},
};
use proptest::prelude::*;

pub const FOREVER: u32 = u32::MAX;

/// What one epoch brings: each in the order in which it is named.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Nothing,
    Tally(Option<u8>),
    Activate,
    Deactivate,
    ActivateThenDeactivate,
    DeactivateThenTally(Option<u8>),
    TallyThenDeactivate(Option<u8>),
    /// So many epochs in which nothing happens.
    Pause(u32),
}

/// What the account keeps, and what the program does to it.
#[derive(Clone)]
pub struct Account {
    pub active_from: u32,
    pub active_until: u32,
    pub tallied_to: u32,
    pub ring: [u8; RING_LEN],
}

impl Account {
    pub fn new() -> Self {
        Self { active_from: 0, active_until: 0, tallied_to: 0, ring: [0; RING_LEN] }
    }

    pub fn view(&self) -> Device<'_> {
        Device {
            genesis: 0,
            heartbeat: 0,
            earlier_heartbeat: 0,
            active_from: self.active_from,
            active_until: self.active_until,
            tallied_to: self.tallied_to,
            ring: &self.ring,
        }
    }

    pub fn activate(&mut self, epoch: u32) {
        if self.active_until == FOREVER || self.active_until == epoch {
            return;
        }
        close_gap(&mut self.ring, self.tallied_to, self.active_until, epoch);
        (self.active_from, self.active_until, self.tallied_to) = (epoch + 1, FOREVER, epoch);
    }

    pub fn deactivate(&mut self, epoch: u32) {
        if self.active_until != FOREVER {
            return;
        }
        close_gap(&mut self.ring, self.tallied_to, self.active_until, epoch - 1);
        if self.tallied_to == epoch {
            retract(&mut self.ring, epoch);
        }
        (self.active_until, self.tallied_to) = (epoch, self.tallied_to.max(epoch - 1));
    }

    pub fn tally(&mut self, epoch: u32, outcome: Option<u8>) {
        if self.view().is_active(epoch) && self.tallied_to < epoch {
            record(&mut self.ring, self.tallied_to, epoch, outcome);
            self.tallied_to = epoch;
        }
    }

    pub fn step(&mut self, epoch: u32, step: Step) {
        match step {
            Step::Nothing | Step::Pause(_) => {}
            Step::Tally(outcome) => self.tally(epoch, outcome),
            Step::Activate => self.activate(epoch),
            Step::Deactivate => self.deactivate(epoch),
            Step::ActivateThenDeactivate => {
                self.activate(epoch);
                self.deactivate(epoch);
            }
            Step::DeactivateThenTally(outcome) => {
                self.deactivate(epoch);
                self.tally(epoch, outcome);
            }
            Step::TallyThenDeactivate(outcome) => {
                self.tally(epoch, outcome);
                self.deactivate(epoch);
            }
        }
    }
}

/// The nibble of each epoch so far, by the definitions, and whether an index is held.
struct Model {
    nibbles: Vec<u8>,
    /// Epoch of the last activation and, if any, of the deactivation after it.
    spell: Option<(u32, Option<u32>)>,
}

impl Model {
    /// The epoch's nibble, after all that it brought.
    pub fn step(&mut self, epoch: u32, step: Step) {
        let outcome = match step {
            Step::Tally(outcome) => outcome,
            _ => None,
        };
        let is_active = matches!(self.spell, Some((from, None)) if from < epoch);
        let before = *self.nibbles.last().unwrap();
        let nibble = match outcome {
            Some(result) => result,
            None if before & 3 == UNSEEN || before >> 2 == 2 => UNSEEN,
            None => before + 4,
        };
        let is_ended = !matches!(step, Step::Nothing | Step::Pause(_) | Step::Tally(_) | Step::Activate);
        self.nibbles.push(if is_active && !is_ended { nibble } else { UNSEEN });
        self.spell = match (step, self.spell) {
            (Step::Activate, None | Some((_, Some(_)))) => Some((epoch, None)),
            (_, Some((from, None))) if is_ended => Some((from, Some(epoch))),
            (Step::ActivateThenDeactivate, _) => Some((epoch, Some(epoch))),
            (_, same) => same,
        };
    }
}

fn outcomes() -> impl Strategy<Value = Option<u8>> {
    prop_oneof![3 => (0..4_u8).prop_map(Some), 1 => Just(None)]
}

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        30 => outcomes().prop_map(Step::Tally),
        6 => Just(Step::Nothing),
        3 => Just(Step::Activate),
        1 => Just(Step::Deactivate),
        1 => Just(Step::ActivateThenDeactivate),
        1 => outcomes().prop_map(Step::DeactivateThenTally),
        1 => outcomes().prop_map(Step::TallyThenDeactivate),
        1 => (1..400_u32).prop_map(Step::Pause),
    ];
    prop::collection::vec(step, 1..120).prop_map(|mut steps| {
        steps.insert(0, Step::Activate); // else many lives would be empty
        steps
    })
}

/// Every epoch with what it brings, from 1 on: before the first one nothing is registered.
pub fn epochs(steps: &[Step]) -> Vec<(u32, Step)> {
    let each = steps.iter().flat_map(|&step| match step {
        Step::Pause(count) => vec![Step::Nothing; count as usize],
        step => vec![step],
    });
    (1..).zip(each).collect()
}

fn live(steps: &[Step]) -> Account {
    let mut account = Account::new();
    epochs(steps).into_iter().for_each(|(epoch, step)| account.step(epoch, step));
    account
}

proptest! {
    #![proptest_config(crate::config(512))]

    #[test]
    fn what_was_read_of_an_epoch_is_read_for_as_long_as_the_ring_holds_it(steps in steps()) {
        let mut account = Account::new();
        let mut model = Model { nibbles: vec![UNSEEN], spell: None };
        for (epoch, step) in epochs(&steps) {
            account.step(epoch, step);
            model.step(epoch, step);
            let kept = (account.tallied_to + 1).saturating_sub(RING_EPOCHS);
            for earlier in 0..=epoch {
                let expected = if earlier < kept { UNSEEN } else { model.nibbles[earlier as usize] };
                prop_assert_eq!(account.view().nibble(earlier), expected, "{} read in {}", earlier, epoch);
            }
        }
    }

    #[test]
    fn a_result_is_carried_at_most_twice_in_a_row_then_unseen(steps in steps()) {
        let account = live(&steps);
        let last = account.tallied_to + 4;
        let nibbles: Vec<_> = (last.saturating_sub(RING_EPOCHS - 8)..=last).map(|e| account.view().nibble(e)).collect();
        for run in nibbles.windows(4) {
            prop_assert!(run.iter().all(|nibble| nibble >> 2 <= 2));
            prop_assert!(!run[1..].iter().all(|nibble| nibble >> 2 != 0), "three carried in {:?}", run);
            // A carried result is that of the epoch before.
            prop_assert!(run[1] >> 2 == 0 || run[1] == run[0] + 4, "{:?}", run);
        }
        prop_assert_eq!(nibbles[nibbles.len() - 1], UNSEEN);
    }

    #[test]
    fn a_deactivation_and_the_tally_of_its_epoch_may_come_in_any_order(
        steps in steps(), end in 0..120_usize, outcome in outcomes(),
    ) {
        let (mut early, mut late) = (steps.clone(), steps);
        let end = end.min(early.len() - 1);
        early[end] = Step::DeactivateThenTally(outcome);
        late[end] = Step::TallyThenDeactivate(outcome);
        let (early, late) = (live(&early), live(&late));
        let kept = (early.tallied_to.max(late.tallied_to) + 1).saturating_sub(RING_EPOCHS);
        for epoch in kept..early.tallied_to.max(late.tallied_to) + 4 {
            prop_assert_eq!(early.view().nibble(epoch), late.view().nibble(epoch), "epoch {}", epoch);
        }
    }

    #[test]
    fn an_epoch_without_a_quorum_reads_as_one_that_nobody_tallied(steps in steps()) {
        let silent = |step: &Step| if let Step::Tally(None) = step { Step::Nothing } else { *step };
        let (tallied, left) = (live(&steps), live(&steps.iter().map(silent).collect::<Vec<_>>()));
        for epoch in (tallied.tallied_to + 1).saturating_sub(RING_EPOCHS)..tallied.tallied_to + 4 {
            prop_assert_eq!(tallied.view().nibble(epoch), left.view().nibble(epoch), "epoch {}", epoch);
        }
    }
}
