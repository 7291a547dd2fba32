"""What a new folder begins with: the files that `provision init` copies."""
