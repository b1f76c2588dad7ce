"""Profiles for chemodenervation on FHIR R4: StructureDefinitions, code systems, the diary's questionnaire, examples."""

from __future__ import annotations

from reprieve.interop.fhir.profile.conformance import conformance_resources

__all__ = ["conformance_resources"]
