//! Pays the provider by the client's signature over a cumulative amount.

use super::{
    config::read,
    frame::{refused, Frame, JobAccounts},
};
use crate::{
    error::EscrowError,
    event::VoucherSettled,
    interface::settle_voucher::{Accounts, Args},
};
use ionet_common::{
    ed25519::expect_signed,
    event::emit,
    surface::{Record, U64},
    Context,
};
use pinocchio::{error::ProgramError, ProgramResult};

/// Domain and version of the message.
const MAGIC: &[u8; 16] = b"ionet:voucher:v1";
/// Length of the message; its fields: docs/adr/005-vouchers.md.
const MESSAGE_LEN: usize = 128;

/// Handles `settle_voucher`.
#[inline(never)]
pub fn process(c: &Context) -> ProgramResult {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let mut loaded =
        Frame::load(&JobAccounts { program_id: c.program_id, job: &a.job, offer: &a.offer, cluster: &a.cluster });
    let frame = loaded.as_mut().map_err(refused)?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    frame.core.redeem(frame.now.unix, args.cumulative.get()).map_err(EscrowError::refusal)?;
    let message = message(c, &a, frame, args)?;
    expect_signed(&a.instructions_sysvar, &frame.record().client, &message)?;
    frame.book_provider(&a.vault, &a.provider_token)?;
    frame.commit()?;
    frame.pay(&a.vault, &a.provider_token)?;
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

/// The message the client must have signed: network, program, job, its opening and the amount.
#[inline(always)]
fn message(c: &Context, a: &Accounts, frame: &Frame, args: &Args) -> Result<[u8; MESSAGE_LEN], ProgramError> {
    let config = read(c.program_id, &a.config)?;
    let mut message = [0u8; MESSAGE_LEN];
    message[..16].copy_from_slice(MAGIC);
    message[16..48].copy_from_slice(config.genesis_hash.as_array());
    message[48..80].copy_from_slice(c.program_id.as_array());
    message[80..112].copy_from_slice(a.job.address().as_array());
    message[112..120].copy_from_slice(frame.record().opened_slot.bytes());
    message[120..].copy_from_slice(args.cumulative.bytes());
    Ok(message)
}
