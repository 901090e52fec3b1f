//! Classes of GPUs, as all programs number them.

use ionet_common::enums;

enums! {
    /// GPU classes: by them minimum rates and weights are set.
    GpuClass {
        /// Any other GPU.
        Other = 0,
        /// NVIDIA H100.
        H100 = 1,
        /// NVIDIA H200.
        H200 = 2,
        /// NVIDIA B200.
        B200 = 3,
        /// NVIDIA A100 80 GB.
        A100 = 4,
        /// NVIDIA L40S.
        L40s = 5,
        /// NVIDIA RTX 4090.
        Rtx4090 = 6,
        /// NVIDIA RTX 3090.
        Rtx3090 = 7,
    }
}
