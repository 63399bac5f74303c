"""The scenarios that come with Gongsheng, and the builders that make them from their source tables."""
