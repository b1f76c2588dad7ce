"""The clinic's stock of vials."""
