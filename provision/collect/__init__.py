"""How data reach the stores: probes of installations, and series recorded from what is stored already."""
