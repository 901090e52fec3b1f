//! The instructions that every program has, word for word: authority handed over in two steps, and the pause.
//!
//! A program declares them in its `interface.rs` and `event.rs` like its others, has the errors named here and a `Config`
//! with `authority`, `pending_authority`, `guardian`, `pause_flags` and `paused_until`, and calls the macro in its
//! `instructions`, beside `config::as_authority`.

/// Declares the modules `propose_authority`, `accept_authority`, `pause` and `unpause`, each with its handler, for a
/// program with this error enum; `state::PAUSES` are its pause flags.
#[allow(clippy::crate_in_macro_def)] // the program's own declarations are meant
#[macro_export]
macro_rules! governance {
    ($error:ident) => {
        /// First step of handing over authority: the next one is named.
        pub mod propose_authority {
            use super::config::as_authority;
            use crate::{
                event::AuthorityProposed,
                interface::propose_authority::{Accounts, Args},
            };
            use $crate::{event::emit, outcome::Outcome, surface::Record, surface::I64, sysvars, Context};

            /// Handles `propose_authority`.
            #[inline(never)]
            pub fn process(c: &Context) -> Outcome {
                let a = Accounts::parse(c.accounts)?;
                let args = Args::parse(c.data)?;
                let config = as_authority(c.program_id, &a.config, &a.authority)?;
                let at = I64::new(sysvars::unix_time()?);
                config.pending_authority = args.new_authority;
                emit(&AuthorityProposed {
                    discriminator: AuthorityProposed::DISCRIMINATOR,
                    authority: config.authority,
                    pending_authority: args.new_authority,
                    at,
                });
                Ok(())
            }
        }

        /// Second step of handing over authority: the new one proves that it can sign.
        pub mod accept_authority {
            use crate::{
                error::$error,
                event::AuthorityAccepted,
                interface::accept_authority::{Accounts, Args},
                state::{Config, VERSION},
            };
            use $crate::{
                checks::{load_mut, same, ZERO},
                event::emit,
                outcome::Outcome,
                surface::{Record, I64},
                sysvars, Context,
            };

            /// Handles `accept_authority`.
            #[inline(never)]
            pub fn process(c: &Context) -> Outcome {
                let a = Accounts::parse(c.accounts)?;
                Args::parse(c.data)?;
                let config: &mut Config = load_mut(c.program_id, &a.config, VERSION)?;
                // No key has the zero address, so "none" cannot sign.
                if !same(&config.pending_authority, a.pending_authority.address()) {
                    return Err($error::NotPendingAuthority.into());
                }
                let at = I64::new(sysvars::unix_time()?);
                config.authority = config.pending_authority;
                config.pending_authority = ZERO;
                emit(&AuthorityAccepted {
                    discriminator: AuthorityAccepted::DISCRIMINATOR,
                    authority: config.authority,
                    at,
                });
                Ok(())
            }
        }

        /// Pauses entries for a while. Exits have no pause.
        pub mod pause {
            use crate::{
                error::$error,
                event::Paused,
                interface::pause::{Accounts, Args},
                state::{Config, PAUSES, VERSION},
            };
            use ::ionet_math::pause::{may_pause, pause_end};
            use $crate::{
                checks::{load_mut, same},
                event::emit,
                outcome::Outcome,
                surface::{Record, I64},
                sysvars, Context,
            };

            /// Handles `pause`.
            #[inline(never)]
            pub fn process(c: &Context) -> Outcome {
                let a = Accounts::parse(c.accounts)?;
                let args = Args::parse(c.data)?;
                let config: &mut Config = load_mut(c.program_id, &a.config, VERSION)?;
                let by = *a.guardian.address();
                if !same(&config.guardian, &by) && !same(&config.authority, &by) {
                    return Err($error::NotGuardian.into());
                }
                if args.flags == 0 || args.flags & !PAUSES != 0 {
                    return Err($error::InvalidPauseFlags.into());
                }
                let now = sysvars::unix_time()?;
                if !may_pause(config.paused_until.get(), now) {
                    return Err($error::PauseTooSoon.into());
                }
                let until = I64::new(pause_end(now));
                config.pause_flags = args.flags;
                config.paused_until = until;
                emit(&Paused { discriminator: Paused::DISCRIMINATOR, by, flags: args.flags, until, at: I64::new(now) });
                Ok(())
            }
        }

        /// Lifts a pause early.
        pub mod unpause {
            use super::config::as_authority;
            use crate::{
                error::$error,
                event::Unpaused,
                interface::unpause::{Accounts, Args},
            };
            use ::ionet_math::pause::is_paused;
            use $crate::{event::emit, outcome::Outcome, surface::Record, surface::I64, sysvars, Context};

            /// Handles `unpause`.
            #[inline(never)]
            pub fn process(c: &Context) -> Outcome {
                let a = Accounts::parse(c.accounts)?;
                Args::parse(c.data)?;
                let config = as_authority(c.program_id, &a.config, &a.authority)?;
                let at = I64::new(sysvars::unix_time()?);
                if config.pause_flags == 0 || !is_paused(config.paused_until.get(), at.get()) {
                    return Err($error::NotPaused.into());
                }
                config.pause_flags = 0;
                // The rest that must follow a pause counts from here.
                config.paused_until = at;
                emit(&Unpaused { discriminator: Unpaused::DISCRIMINATOR, at });
                Ok(())
            }
        }
    };
}
