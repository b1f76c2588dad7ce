"""What a plan would do in the muscles."""
