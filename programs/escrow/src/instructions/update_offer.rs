//! Changes an offer's terms. Requests and jobs that exist keep theirs.

use super::{
    config::{read, Rules},
    post_offer::expect_kinds,
};
use crate::{
    error::EscrowError,
    event::OfferUpdated,
    interface::update_offer::{Accounts, Args},
    state::{Offer, VERSION},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    checks::{load_mut, same},
    event::emit,
    surface::{Record, I64},
    sysvars, Context,
};
use ionet_math::terms::OfferTerms;

/// Handles `update_offer`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let config = read(c.program_id, &a.config)?;
    let address = *a.offer.address();
    let offer: &mut Offer = load_mut(c.program_id, &a.offer, VERSION)?;
    if !same(&offer.provider, a.provider.address()) {
        return Err(EscrowError::NotProvider.into());
    }
    expect_kinds(args.kinds)?;
    // Withdrawing must be possible in a mint that is no longer accepted.
    if args.kinds != 0 {
        let mut slot = 0;
        config.find_slot(&offer.mint, &mut slot)?;
        let terms = OfferTerms {
            rate: args.rate.get(),
            min_duration: args.min_duration.get(),
            max_duration: args.max_duration.get(),
            min_charge: args.min_charge.get(),
        };
        terms.check(config.min_rate(slot, offer.class.0)).map_err(EscrowError::from)?;
        offer.rate = args.rate;
        offer.min_duration = args.min_duration;
        offer.max_duration = args.max_duration;
        offer.min_charge = args.min_charge;
    }
    offer.kinds = args.kinds;
    emit(&OfferUpdated {
        discriminator: OfferUpdated::DISCRIMINATOR,
        offer: address,
        kinds: offer.kinds,
        rate: offer.rate,
        min_duration: offer.min_duration,
        max_duration: offer.max_duration,
        min_charge: offer.min_charge,
        at: I64::new(sysvars::unix_time()?),
    });
    Ok(())
}
