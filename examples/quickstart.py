"""Verify an H100, rent it for five hours, stop after three: a market inside this process.

The code between the marks is the example of the README; a test compares and runs it.
"""

# --- quickstart ---
from ionet import Localnet, Usdc, hours
from ionet.localnet import Actor

with Localnet.start(["renter", "provider"]) as net:
    renter, provider = net.client("renter").renter, net.client("provider").provider
    key, fingerprint = Actor.named("gpu-0").keypair, bytes.fromhex("c0ffee42" * 8)
    gpu = provider.register_device(key, gpu="H100", vram_gib=80, fingerprint=fingerprint)
    provider.activate_device(gpu)
    provider.post_offer(gpu, rate=Usdc("2.49"), min=hours(1), max=hours(48))
    net.run_epochs(2)  # attestors challenge it: now it is cluster-ready

    offers = renter.iter_offers(gpu="H100", state="cluster_ready")
    job = renter.open_job(min(offers, key=lambda offer: offer.rate), hours(5))
    next(provider.iter_requests()).accept()
    net.vm.warp(hours(3))
    job.end()
    print(job.release())  # Settlement(deposit=12450000, paid=7283250, fee=0, ...)
# --- quickstart ---
