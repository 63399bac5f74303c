"""Gongsheng, the market of industrial symbiosis: web pages, services and commands."""
