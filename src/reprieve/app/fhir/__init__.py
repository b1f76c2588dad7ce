"""FHIR in and out, and launch from an EHR."""
