"""The forms of posting: one per step, reading from a listing and giving the changes it asks for."""
