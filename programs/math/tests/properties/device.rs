//! A device that was seen except in some outages.

use ionet_math::seen::Seen;

/// Outages as `[from, to)`, unix seconds; they may overlap.
#[derive(Clone, Debug)]
pub struct Device(pub Vec<(i64, i64)>);

impl Seen for Device {
    fn seconds(&self, from: i64, to: i64) -> u32 {
        let mut outages: Vec<_> = self.0.iter().map(|&(a, b)| (a.max(from), b.min(to))).collect();
        outages.sort_unstable();
        let (mut seen, mut at) = (0, from);
        for (begin, end) in outages {
            if begin < end {
                seen += (begin - at).max(0);
                at = at.max(end);
            }
        }
        u32::try_from(seen + to - at).unwrap()
    }
}

#[test]
fn overlapping_outages_are_counted_once() {
    let device = Device(vec![(10, 20), (15, 25), (12, 13), (90, 200), (30, 30)]);
    assert_eq!(device.seconds(0, 100), 75);
    assert_eq!(device.seconds(0, 17) + device.seconds(17, 100), 75);
    assert_eq!(device.seconds(11, 24), 0);
}
