//! Creates a device's offer.

use super::{
    config::{read, Rules},
    device::read_device,
};
use crate::{
    error::EscrowError,
    event::OfferPosted,
    interface::post_offer::{Accounts, Args},
    state::{Offer, ALL_KINDS, VERSION},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    checks::{program, reload_mut, same, ZERO},
    event::emit,
    pda::{canonical_bump, create, Creation, Seeds},
    surface::{Record, I64, U64},
    sysvars, Context,
};
use ionet_math::terms::{OfferFault, OfferTerms};

/// Handles `post_offer`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    program(&a.system_program, &ZERO)?;
    let config = read(c.program_id, &a.config)?;
    let mut slot = 0;
    config.find_slot(a.mint.address(), &mut slot)?;
    let device = read_device(&a.device)?;
    if !same(&device.owner, a.provider.address()) {
        return Err(EscrowError::NotDeviceOwner.into());
    }
    let (class, device_slot) = (device.class, device.registered_slot);
    expect_kinds(args.kinds)?;
    let terms = OfferTerms {
        rate: args.rate.get(),
        min_duration: args.min_duration.get(),
        max_duration: args.max_duration.get(),
        min_charge: args.min_charge.get(),
    };
    terms.check(config.min_rate(slot, class.0)).map_err(EscrowError::from)?;
    let mut bump = 0;
    let seeds = Seeds(b"offer", a.device.address().as_array(), &[]);
    canonical_bump(&a.offer, c.program_id, &seeds, &mut bump)?;
    let at = I64::new(sysvars::unix_time()?);

    let device = *a.device.address();
    create(&Creation {
        payer: &a.payer,
        account: &a.offer,
        owner: c.program_id,
        len: Offer::LEN,
        extra: 0,
        seeds: &seeds,
        bump,
    })?;
    *reload_mut::<Offer>(&a.offer)? = Offer {
        discriminator: Offer::DISCRIMINATOR,
        version: VERSION,
        bump,
        class,
        kinds: args.kinds,
        min_charge: args.min_charge,
        min_duration: args.min_duration,
        max_duration: args.max_duration,
        rate: args.rate,
        provider: *a.provider.address(),
        device,
        mint: *a.mint.address(),
        live_job: ZERO,
        seconds: U64::new(0),
        gross: U64::new(0),
        fee: U64::new(0),
        jobs: U64::new(0),
        expired: U64::new(0),
        device_slot,
        reserved: [0; 18],
    };
    emit(&OfferPosted {
        discriminator: OfferPosted::DISCRIMINATOR,
        offer: *a.offer.address(),
        provider: *a.provider.address(),
        device,
        mint: *a.mint.address(),
        class,
        kinds: args.kinds,
        rate: args.rate,
        min_duration: args.min_duration,
        max_duration: args.max_duration,
        min_charge: args.min_charge,
        at,
    });
    Ok(())
}

/// Kinds must be among those that exist; none of them withdraws the offer.
#[inline(always)]
pub fn expect_kinds(kinds: u8) -> Outcome {
    if kinds & !ALL_KINDS != 0 {
        return Err(EscrowError::InvalidKinds.into());
    }
    Ok(())
}

impl From<OfferFault> for EscrowError {
    #[inline(always)]
    fn from(fault: OfferFault) -> Self {
        match fault {
            OfferFault::RateTooLow => Self::RateTooLow,
            OfferFault::RateTooHigh => Self::RateTooHigh,
            OfferFault::Duration => Self::InvalidOfferDuration,
            OfferFault::MinimumCharge => Self::InvalidMinimumCharge,
        }
    }
}
