"""Floor 4: reconstitution, volumes, vials, ledger, checklist, given against planned."""
