"""What-ifs: changes to the market that a committee keeps, shares and lays side by side."""
