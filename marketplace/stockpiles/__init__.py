"""The register of stockpiles: what lies where, in which class, and how far its remediation is."""
