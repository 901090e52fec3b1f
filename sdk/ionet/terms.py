"""The terms hash: what a client agrees to when opening a job.

``open_job`` carries it, the program recomputes it from the offer and config it reads, so an offer
or fee that changed in between takes no money (``TermsChanged``).
"""

from __future__ import annotations

import hashlib
import struct

from solders.pubkey import Pubkey

_DOMAIN = b"ionet:terms:v1"

# rate u64, min_duration u32, max_duration u32, min_charge u16, kinds u8, class u8, fee_bps u16
_TERMS = struct.Struct("<QIIHBBH")


def hash_terms(
    *,
    offer: Pubkey,
    mint: Pubkey,
    rate: int,
    min_duration: int,
    max_duration: int,
    min_charge: int,
    kinds: int,
    gpu_class: int,
    fee_bps: int,
) -> bytes:
    """Return the 32-byte SHA-256 of the domain, offer, mint and the little-endian terms.

    ``rate`` is in base units per hour, durations and ``min_charge`` in seconds.
    """
    terms = _TERMS.pack(rate, min_duration, max_duration, min_charge, kinds, gpu_class, fee_bps)
    return hashlib.sha256(_DOMAIN + bytes(offer) + bytes(mint) + terms).digest()
