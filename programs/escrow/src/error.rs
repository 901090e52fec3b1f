//! Errors of the escrow program: 6000–6039 are the shared checks of `ionet-common`, then bands per area.
//! Numbers are published and append-only; one per guard.

use ionet_common::{checks::Check, errors, outcome::Refusal};
use ionet_math::job::Fault;

errors! {
    /// Why the escrow program refused.
    EscrowError {
        NotGenesisAuthority = 6040 "Only the genesis authority compiled into the program may initialize",
        NotAuthority = 6041 "Signer is not the config authority",
        NotPendingAuthority = 6042 "Signer is not the proposed authority",
        NotGuardian = 6043 "Signer is neither the guardian nor the authority",
        FeeTooHigh = 6044 "Fee is above 1000 bps",
        InvalidPauseFlags = 6045 "Pause flags must be some of 1 (open), 2 (accept), 4 (extend)",
        PauseTooSoon = 6046 "A pause cannot begin until 72 hours after the last one ended",
        NotPaused = 6047 "Nothing is paused",
        EntriesPaused = 6048 "This entry is paused; exits stay open and the pause ends by itself",
        InvalidMintSlot = 6049 "Mint slot must be 0 to 3 and hold this mint or none",
        MintNotAccepted = 6050 "New jobs and offers may not use this mint",
        InvalidMinimumRate = 6051 "Minimum rate is above the highest rate",
        ZeroAddress = 6052 "The zero address may not hold this role",

        NotProvider = 6060 "Signer is not the offer's provider",
        InvalidGpuClass = 6061 "Retired: the class is the device's, which its registration checks",
        InvalidKinds = 6062 "Kinds must be some of 1 (rental), 2 (metered), 4 (deliverable)",
        RateTooLow = 6063 "Rate is zero or below the minimum of the GPU class",
        RateTooHigh = 6064 "Rate is above the highest rate",
        InvalidOfferDuration = 6065 "Durations must satisfy 1 <= min <= max <= 30 days",
        InvalidMinimumCharge = 6066 "Minimum charge is above 3600 s or above the shortest duration",
        OfferBusy = 6067 "Another job holds the device",
        WrongOffer = 6068 "Offer is not the job's",
        WrongDevice = 6069 "Device is not the offer's",
        NotDeviceOwner = 6070 "The provider is not the device's owner",
        DeviceChanged = 6071 "The device was registered again after the offer was made: a new device needs a new key and offer",
        DeviceNotEligible = 6072 "The device is not cluster-ready, nor hired within four epochs of it",

        InvalidKind = 6080 "Job kind is unknown",
        KindNotOffered = 6081 "The offer does not take this kind of job",
        RateChanged = 6082 "Rate differs from the offer's: read the offer again",
        TermsChanged = 6083 "Terms differ from the offer's: read the offer and config again",
        DurationOutsideOffer = 6084 "Duration is outside the offer's",
        ZeroDeposit = 6085 "Deposit is zero",
        WrongDeposit = 6086 "Deposit is not the exact price of the duration, rounded up",
        InsufficientFunds = 6087 "The client's token account holds less than the deposit",
        InvalidAcceptWindow = 6088 "Time to accept must be 1 to 900 s, and 0 for a cluster's member",
        InvalidValidity = 6089 "valid_until must be in the future by at most 24 hours, and not before the time to accept ends",
        InvalidReviewWindow = 6090 "Review window must be 1 hour to 7 days for a deliverable, and 0 otherwise",
        TipTooHigh = 6091 "Tip is above 20000 lamports",

        WrongState = 6100 "The job's state does not allow this instruction",
        NotClient = 6101 "Signer is not the job's client",
        AcceptTooLate = 6102 "The time to accept is over",
        AlreadyAccepted = 6103 "The member is accepted and waits for its cluster",
        ExpireTooEarly = 6104 "Neither the time to accept nor the scheduled end has passed",
        WrongKind = 6105 "The job's kind does not allow this instruction",
        NothingToExtend = 6106 "Nothing is added",
        ExtensionTooLong = 6107 "Duration with the extension is above the offer's maximum or 30 days",
        OfferDearer = 6108 "The offer's rate is above the job's: open a new job",
        ReleaseTooEarly = 6109 "The window is not over, and the signer is not who waits for it",
        AlreadyReleased = 6110 "The job is released",
        NothingDue = 6111 "Nothing is due to this payee",
        PayeeNotPayable = 6112 "The payee's token account is missing or frozen",
        CloseTooEarly = 6113 "A job can be closed from valid_until on",
        StillHeld = 6114 "The job still holds money: release, refund and sweep first",
        WrongRentPayer = 6115 "Account is not the one that paid the rent",
        WrongVault = 6116 "Account is not the job's vault",
        JobChanged = 6117 "The job was opened in another slot: read it again",
        VaultFrozen = 6118 "The mint's authority froze the job's vault: nothing can be paid until it is thawed",

        VoucherTooLate = 6120 "The grace period for vouchers is over",
        VoucherNotIncreasing = 6121 "The voucher's cumulative amount adds nothing",

        NotInCluster = 6130 "The job has no cluster: pass the job itself as cluster",
        WrongCluster = 6131 "Account is not the job's cluster",
        InvalidClusterSize = 6132 "A cluster has 2 to 64 members",
        InvalidMember = 6133 "Member must be 1 to the cluster's size, and the id the cluster's plus member - 1",
        MemberTaken = 6134 "This member was opened before",
        ClusterFailed = 6135 "The cluster failed: its members expire",
        ClusterDeadlinePassed = 6136 "The cluster's time to accept is over",
        ClusterUnclosed = 6137 "A member job is not closed",
        ClusterStillOpen = 6138 "The cluster's time to accept is not over",
        ClusterIncomplete = 6139 "Not all members of the cluster are opened: wait for the client",
    }
}

impl EscrowError {
    /// The error of a refused change.
    #[cold]
    #[inline(never)]
    pub fn refusal(fault: Fault) -> Refusal {
        match fault {
            Fault::WrongState => Self::WrongState.into(),
            Fault::WrongKind => Self::WrongKind.into(),
            Fault::NothingToExtend => Self::NothingToExtend.into(),
            Fault::ExtensionTooLong => Self::ExtensionTooLong.into(),
            Fault::WrongDeposit => Self::WrongDeposit.into(),
            Fault::VoucherTooLate => Self::VoucherTooLate.into(),
            Fault::VoucherNotIncreasing => Self::VoucherNotIncreasing.into(),
            Fault::ReleaseTooEarly => Self::ReleaseTooEarly.into(),
            Fault::AlreadyReleased => Self::AlreadyReleased.into(),
            Fault::ExpireTooEarly => Self::ExpireTooEarly.into(),
            Fault::Conservation => Check::ConservationBroken.into(),
        }
    }
}
