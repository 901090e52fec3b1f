//! Program-derived addresses: canonical at creation, hashed again only where nothing else binds them (ADR 006).

use crate::outcome::{Outcome, Refusal};
use crate::{checks::Check, system_call::SystemCall, sysvars::minimum_balance};
use pinocchio::{
    address::address_eq,
    cpi::{Seed, Signer},
    AccountView, Address,
};
use solana_sha256_hasher::hashv;

/// Ends the preimage of every program-derived address.
const MARKER: &[u8; 21] = b"ProgramDerivedAddress";

/// What an address is derived from, beside program and bump; an empty part is no part.
///
/// At least one part must not be a compile-time constant: a `Seeds` made of constants alone becomes static data with a
/// pointer in it, which sbpf-linker 0.2.1 relocates wrongly (`.data.rel.ro`).
pub struct Seeds<'a>(pub &'a [u8], pub &'a [u8], pub &'a [u8]);

/// The address for seeds and a bump, without the curve test.
#[inline(always)]
fn hash(seeds: &Seeds, bump: u8, program_id: &Address) -> Address {
    let (bump, program) = ([bump], program_id.as_array());
    // An empty slice costs as much as a short one: 10 CU.
    let hash = if seeds.2.is_empty() {
        hashv(&[seeds.0, seeds.1, &bump, program, MARKER])
    } else {
        hashv(&[seeds.0, seeds.1, seeds.2, &bump, program, MARKER])
    };
    Address::new_from_array(hash.to_bytes())
}

/// Whether an address is a point of the edwards curve; a program-derived address is not.
#[inline(always)]
fn is_on_curve(address: &Address) -> bool {
    #[cfg(target_os = "solana")]
    {
        /// `CURVE25519_EDWARDS` of the runtime.
        const EDWARDS: u64 = 0;
        let mut ignored = 0u8;
        // SAFETY: the syscall reads 32 bytes; the result pointer is unused by it and valid.
        unsafe {
            pinocchio::syscalls::sol_curve_validate_point(EDWARDS, address.as_array().as_ptr(), &mut ignored) == 0
        }
    }
    #[cfg(not(target_os = "solana"))]
    {
        core::hint::black_box(address);
        false
    }
}

/// Finds the bump of `account`, which must be at the canonical address of the seeds; else `WrongAddress`.
///
/// Tries 255, 254, … as the runtime's own search does, so no caller can choose a lower bump.
#[inline(never)]
pub fn canonical_bump(account: &AccountView, program_id: &Address, seeds: &Seeds, bump: &mut u8) -> Outcome {
    *bump = u8::MAX;
    loop {
        let address = hash(seeds, *bump, program_id);
        if !is_on_curve(&address) {
            return if address_eq(&address, account.address()) { Ok(()) } else { Err(Check::WrongAddress.into()) };
        }
        // One address in two is a point: running out has a chance of 2^-256.
        *bump = bump.checked_sub(1).ok_or(Check::WrongAddress)?;
    }
}

/// Whether `account` is at the address of the seeds and a bump stored when we created it.
#[inline(always)]
pub fn is_at(account: &AccountView, program_id: &Address, seeds: &Seeds, bump: u8) -> bool {
    address_eq(&hash(seeds, bump, program_id), account.address())
}

/// What [`create`] needs.
pub struct Creation<'a> {
    /// Pays.
    pub payer: &'a AccountView,
    /// The account to create, at its derived address.
    pub account: &'a AccountView,
    /// Its program.
    pub owner: &'a Address,
    /// Data length in bytes.
    pub len: usize,
    /// Lamports above the rent-exempt minimum.
    pub extra: u64,
    /// What the address is derived from.
    pub seeds: &'a Seeds<'a>,
    /// Its canonical bump.
    pub bump: u8,
}

/// Creates an account at a derived address. Lamports that somebody sent there before do not block it: what is missing
/// is added, then the space is allocated and assigned.
///
/// Errors: `AlreadyInUse` if it has data or another owner than the system program.
#[inline(never)]
pub fn create(c: &Creation) -> Outcome {
    if c.account.data_len() != 0 || !c.account.owned_by(&pinocchio_system::ID) {
        return Err(Check::AlreadyInUse.into());
    }
    let lamports = minimum_balance(c.len)?.wrapping_add(c.extra); // both far below 2^63
                                                                  // An empty seed adds nothing to the address.
    let bump = [c.bump];
    let seeds = [Seed::from(c.seeds.0), Seed::from(c.seeds.1), Seed::from(c.seeds.2), Seed::from(&bump)];
    let signers = [Signer::from(&seeds)];
    if c.account.lamports() == 0 {
        SystemCall::create_account(c.payer, c.account, lamports, c.len as u64, c.owner).invoke(&signers);
        return Ok(());
    }
    let missing = lamports.saturating_sub(c.account.lamports());
    if missing > 0 {
        SystemCall::transfer(c.payer, c.account, missing).invoke(&[]);
    }
    SystemCall::allocate(c.account, c.len as u64).invoke(&signers);
    SystemCall::assign(c.account, c.owner).invoke(&signers);
    Ok(())
}

/// Empties an account of ours into `to` and removes it.
#[inline(always)]
pub fn close(account: &AccountView, to: &AccountView) -> Result<u64, Refusal> {
    let (mut account, mut to) = (*account, *to);
    let lamports = account.lamports();
    let sum = to.lamports().checked_add(lamports).ok_or(Check::ArithmeticOverflow)?;
    to.set_lamports(sum);
    account.set_lamports(0);
    account.close()?;
    Ok(lamports)
}
