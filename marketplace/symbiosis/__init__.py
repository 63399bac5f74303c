"""The symbiosis map: who feeds whom, in the best plan, in accepted trades, and in what could be."""
