"""What a flow of waste does: carbon, cost, environmental tax and VAT refund, each with source and spread."""
