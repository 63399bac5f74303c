"""What programs speak to, apart from the pages."""
