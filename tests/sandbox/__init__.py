"""What only the sandbox has, or only it can show: its clock, its counts, its faults, its pages, its life."""
