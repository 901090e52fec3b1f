//! Creates a device. What it is made of is written here once; another make is another device.

use super::{
    config::{read, Rules},
    epoch::current_epoch,
};
use crate::{
    error::VerificationError,
    event::DeviceRegistered,
    interface::register_device::{Accounts, Args},
    state::{Device, ReportCode, SupplySource, PAUSE_REGISTER, VERSION},
};
use ionet_accounts::gpu::GpuClass;
use ionet_common::{
    checks::{program, reload_mut, ZERO},
    event::emit,
    outcome::Outcome,
    pda::{canonical_bump, create, Creation, Seeds},
    surface::{Record, I64, U32, U64},
    sysvars::{self, Now},
    Context,
};
use ionet_math::{
    bounds::{MAX_PROCESSORS, MAX_VRAM_GIB},
    device::RING_LEN,
    gpu,
};

/// Handles `register_device`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    program(&a.system_program, &ZERO)?;
    let now = sysvars::now()?;
    let config = read(c.program_id, &a.config)?;
    config.expect_running(PAUSE_REGISTER, now.unix)?;
    current_epoch(config.genesis.get(), now.unix)?;
    expect_hardware(args)?;
    let (genesis, device_key) = (config.genesis, *a.device_key.address());
    let mut bump = 0;
    let seeds = Seeds(b"device", device_key.as_array(), &[]);
    canonical_bump(&a.device, c.program_id, &seeds, &mut bump)?;

    create(&Creation {
        payer: &a.payer,
        account: &a.device,
        owner: c.program_id,
        len: Device::LEN,
        extra: 0,
        seeds: &seeds,
        bump,
    })?;
    let device: &mut Device = reload_mut(&a.device)?;
    write(a, args, &now, device);
    device.bump = bump;
    device.genesis = genesis;
    announce(a, device);
    Ok(())
}

/// Errors: `InvalidGpuClass`, `InvalidSource`, `InvalidProcessors`, `InvalidVram`, `ZeroFingerprint`.
#[inline(always)]
fn expect_hardware(args: &Args) -> Outcome {
    if args.class.0 > GpuClass::Rtx3090.0 {
        return Err(VerificationError::InvalidGpuClass.into());
    }
    if args.source.0 > SupplySource::Other.0 {
        return Err(VerificationError::InvalidSource.into());
    }
    if args.processors.get() == 0 || args.processors.get() > MAX_PROCESSORS {
        return Err(VerificationError::InvalidProcessors.into());
    }
    if args.vram_gib.get() == 0 || args.vram_gib.get() > MAX_VRAM_GIB {
        return Err(VerificationError::InvalidVram.into());
    }
    if args.fingerprint == [0; 32] {
        return Err(VerificationError::ZeroFingerprint.into());
    }
    Ok(())
}

/// Fills a new account, all but `bump` and `genesis`.
#[inline(always)]
fn write(a: &Accounts, args: &Args, now: &Now, device: &mut Device) {
    *device = Device {
        discriminator: Device::DISCRIMINATOR,
        version: VERSION,
        bump: 0,
        class: args.class,
        source: args.source,
        processors: args.processors,
        vram_gib: args.vram_gib,
        genesis: I64::new(0),
        heartbeat: I64::new(now.unix),
        earlier_heartbeat: I64::new(0),
        index: U32::new(0),
        active_from: U32::new(0),
        active_until: U32::new(0),
        tallied_to: U32::new(0),
        ring: [0; RING_LEN],
        reason: ReportCode::NoAnswer,
        weight: U32::new(gpu::weight(args.class.0, args.processors.get())),
        registered_slot: U64::new(now.slot),
        registered_at: I64::new(now.unix),
        deposit: U64::new(0),
        owner: *a.owner.address(),
        device_key: *a.device_key.address(),
        fingerprint: args.fingerprint,
        rent_payer: *a.payer.address(),
        open_case: ZERO,
        case_nonce: U64::new(0),
        reserved: [0; 19],
    };
}

#[inline(always)]
fn announce(a: &Accounts, device: &Device) {
    emit(&DeviceRegistered {
        discriminator: DeviceRegistered::DISCRIMINATOR,
        device: *a.device.address(),
        owner: device.owner,
        device_key: device.device_key,
        class: device.class,
        source: device.source,
        processors: device.processors,
        vram_gib: device.vram_gib,
        weight: device.weight,
        fingerprint: device.fingerprint,
        slot: device.registered_slot,
        at: device.registered_at,
    });
}
