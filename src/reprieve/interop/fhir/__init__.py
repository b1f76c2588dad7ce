"""FHIR R4: thin writers and readers of the record, with exact decimals and units that carry their product."""
