"""`python -m provision`: the command, where it is not on the PATH."""

from provision.cli import main

main(prog_name="provision")
