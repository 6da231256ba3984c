"""Promises that every registered class keeps, here and in projects that extend this one."""
