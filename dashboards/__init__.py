"""WHAT is shown and alerted on: one dashboard a file, found by its name. Knows grafanalib, never `provision`."""
