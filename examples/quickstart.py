"""Rent an H100 for four hours, add one, stop after three: a market inside this process.

The code between the marks is the example of the README; a test compares and runs it.
"""

# --- quickstart ---
from ionet import Client, Localnet, Usdc, hours
from ionet.localnet import Actor

with Localnet.start(["renter", "provider"]) as net:
    renter = Client(net.connection, net.actor("renter").keypair).renter
    provider = Client(net.connection, net.actor("provider").keypair).provider
    device = Actor.named("gpu-0").keypair
    provider.post_offer(device, gpu="H100", rate=Usdc("2.49"), min=hours(1), max=hours(48))

    offer = min(renter.iter_offers(gpu="H100"), key=lambda offer: offer.rate)
    job = renter.open_job(offer, hours(4), max_deposit=Usdc("12"), idempotency_key="train-42")
    for request in provider.iter_requests():
        request.accept()
    job.extend(hours(1))
    net.vm.warp(hours(3))
    job.end()
    print(job.release())  # Settlement(deposit=12450000, paid=7283250, fee=0, ...)
# --- quickstart ---
