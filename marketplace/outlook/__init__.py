"""What the kept plan says of tomorrow: which failure would cost most, and what one more tonne is worth where."""
