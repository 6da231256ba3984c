"""What works before, or without, torch: the command ``par``, its options, the files it finds."""
