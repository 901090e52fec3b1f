//! Pays the provider by the client's signature over a cumulative amount.

use super::{
    config::read,
    frame::{around, Frame, Slot},
};
use crate::{
    error::EscrowError,
    event::VoucherSettled,
    interface::settle_voucher::{Accounts, Args},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    ed25519::expect_signed,
    event::emit,
    surface::{Record, U64},
    Context,
};
use pinocchio::Address;

/// Domain and version of the message.
const MAGIC: [u8; 16] = *b"ionet:voucher:v1";

/// What the client signs: network, program, job, its opening and the amount (docs/adr/005-vouchers.md).
#[repr(C)]
struct Message {
    magic: [u8; 16],
    genesis_hash: Address,
    program_id: Address,
    job: Address,
    opened_slot: U64,
    cumulative: U64,
}

/// Length of the message.
const MESSAGE_LEN: usize = 128;
const _: () = assert!(size_of::<Message>() == MESSAGE_LEN && align_of::<Message>() == 1);

/// Handles `settle_voucher`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    frame.core.redeem(frame.now, args.cumulative.get()).map_err(EscrowError::refusal)?;
    let message = Message {
        magic: MAGIC,
        genesis_hash: read(c.program_id, &a.config)?.genesis_hash,
        program_id: *c.program_id,
        job: *a.job.address(),
        opened_slot: frame.record().opened_slot,
        cumulative: args.cumulative,
    };
    // SAFETY: size and alignment are asserted above, and all fields are bytes.
    let message = unsafe { &*core::ptr::from_ref(&message).cast::<[u8; MESSAGE_LEN]>() };
    expect_signed(&a.instructions_sysvar, &frame.record().client, message)?;
    frame.pay_provider(&a.vault, &a.provider_token)?;
    emit(&VoucherSettled {
        discriminator: VoucherSettled::DISCRIMINATOR,
        job: *a.job.address(),
        cumulative: args.cumulative,
        gross: U64::new(frame.gross),
        fee: U64::new(frame.fee),
        net: U64::new(frame.amount),
        earned: U64::new(frame.core.earned),
        paid: U64::new(frame.core.paid),
        held: U64::new(frame.held),
        at: frame.at(),
    });
    Ok(())
}
