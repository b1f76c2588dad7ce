"""Floor 5: FHIR, EMG files, PDF, CSV."""
