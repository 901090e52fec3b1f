//! The way in from the loader: as `pinocchio::entrypoint`, in 2.5 KB less. An error stays the number it is, where pinocchio
//! goes through `ProgramError`, and accounts are read in a loop, where pinocchio has sixteen copies of its body.

use crate::{
    checks::Check,
    outcome::{Outcome, Refusal},
    Context,
};
use core::{hint::black_box, mem::MaybeUninit, slice::from_raw_parts};
use pinocchio::{account::RuntimeAccount, AccountView, Address, SUCCESS};

/// What the loader leaves free behind each account's data.
const GROWTH: usize = 10_240;
/// Bytes of an account's item beside its data.
const FIXED: usize = size_of::<RuntimeAccount>().wrapping_add(GROWTH).wrapping_add(8);
/// Marks an account that is not one listed before; any other value is the place of that one.
const NOT_REPEATED: u8 = u8::MAX;

/// Reads the loader's input and runs `dispatch`; 0 or the number of the error. `MAX` must be above the longest declared
/// list, as more accounts are refused.
///
/// # Safety
/// `input` is what the loader passed to the program's entrypoint.
#[inline(always)]
pub unsafe fn run<const MAX: usize>(input: *mut u8, dispatch: fn(&Context) -> Outcome) -> u64 {
    let mut views = [const { MaybeUninit::<AccountView>::uninit() }; MAX];
    // SAFETY: promised by the caller.
    let outcome = match unsafe { read(input, &mut views) } {
        Ok(context) => dispatch(&context),
        Err(refusal) => Err(refusal),
    };
    match outcome {
        Ok(()) => SUCCESS,
        Err(refusal) => refusal.code(),
    }
}

/// Reads accounts, data and program id. Layout: a count as `u64`; for each account its record, data, `GROWTH` free bytes,
/// padding to 8 and a `u64`, or eight bytes whose first is the place of the one it repeats; data behind its length as
/// `u64`; the program id. Source: `serialize_parameters_aligned` of the runtime.
///
/// # Safety
/// `input` is what the loader passed to the program's entrypoint.
#[inline(always)]
unsafe fn read<'a, const MAX: usize>(
    input: *mut u8,
    views: &'a mut [MaybeUninit<AccountView>; MAX],
) -> Result<Context<'a>, Refusal> {
    // SAFETY: each read is of the next item of the layout above, and each item is aligned to 8 bytes; a repeated account
    // repeats one that was written before it; `count` is checked against the room in `views`.
    unsafe {
        let count = usize::try_from(*input.cast::<u64>()).unwrap_or(usize::MAX);
        if count > MAX {
            return Err(Check::WrongAccountCount.into());
        }
        let mut next = input.add(8);
        // Opaque to the optimiser, which would else derive each place from the stack pointer anew.
        let first = black_box(views.as_mut_ptr().cast::<AccountView>());
        let (mut view, end) = (first, first.add(count));
        while view != end {
            if *next == NOT_REPEATED {
                let account = next.cast::<RuntimeAccount>();
                view.write(AccountView::new_unchecked(account));
                let len = usize::try_from((*account).data_len).unwrap_or(0); // at most 10 MiB
                                                                             // Items are aligned to 8 bytes, and so is all of this but the data.
                next = next.add(len.wrapping_add(7) & !7).add(FIXED);
            } else {
                repeat(first, *next, view);
                next = next.add(8);
            }
            view = view.add(1);
        }
        let len = usize::try_from(*next.cast::<u64>()).unwrap_or(0); // at most 10 KiB
        let data = next.add(8);
        Ok(Context {
            program_id: &*data.add(len).cast::<Address>(),
            accounts: from_raw_parts(first, count),
            data: from_raw_parts(data, len),
        })
    }
}

/// Writes the view of an account listed before, at `place`, once more.
///
/// # Safety
/// `place` views were written from `first` on, and `view` can be.
#[cold]
#[inline(never)]
unsafe fn repeat(first: *const AccountView, place: u8, view: *mut AccountView) {
    // SAFETY: promised by the caller.
    unsafe { view.write(first.add(usize::from(place)).read()) }
}

/// Declares a program's entrypoint, for lists of at most so many accounts, and `dispatch`, which finds the handler
/// `instructions::<name>::process` of each instruction in `interface` by the first eight bytes of the data.
#[allow(clippy::crate_in_macro_def)] // the program's own modules are meant
#[macro_export]
macro_rules! program {
    ($max_accounts:literal; $($name:ident)*) => {
        #[cfg(target_os = "solana")]
        mod entrypoint {
            /// Called by the loader.
            ///
            /// # Safety
            /// `input` is the loader's.
            #[no_mangle]
            pub unsafe extern "C" fn entrypoint(input: *mut u8) -> u64 {
                // SAFETY: as promised by the loader.
                unsafe { $crate::entry::run::<$max_accounts>(input, super::dispatch) }
            }
            pinocchio::no_allocator!();
            pinocchio::nostd_panic_handler!();
        }

        /// Finds the handler by the first eight bytes of the data and runs it.
        #[inline(always)]
        pub fn dispatch(c: &$crate::Context) -> $crate::outcome::Outcome {
            let Some((discriminator, data)) = c.data.split_first_chunk::<8>() else {
                return Err($crate::checks::Check::UnknownInstruction.into());
            };
            let c = &$crate::Context { data, ..*c };
            // Words compare in one step where arrays compare byte by byte.
            match u64::from_le_bytes(*discriminator) {
                $(crate::interface::$name::TAG => crate::instructions::$name::process(c),)*
                _ => Err($crate::checks::Check::UnknownInstruction.into()),
            }
        }
    };
}
