"""Read one patient's resources from an EHR, as far as the token goes."""

from __future__ import annotations

from urllib.parse import urlencode, urljoin, urlsplit

from reprieve.core.errors import AccessError, DocumentError, SetupError
from reprieve.interop.fhir.bundle import read_bundle
from reprieve.interop.fhir.json_text import read_json
from reprieve.interop.fhir.patient import WEIGHT_LOINC
from reprieve.interop.fhir.reader import Incoming
from reprieve.interop.smart import SmartClient, Token
from reprieve.interop.smart_http import ask

# What a toxin clinic needs from another record, and no more: of observations only the body weight.
READ_TYPES: dict[str, dict[str, str]] = {
    "Condition": {},
    "AllergyIntolerance": {},
    "Observation": {"code": f"http://loinc.org|{WEIGHT_LOINC}"},
    "MedicationStatement": {},
    "MedicationRequest": {},
    "MedicationAdministration": {},
    "Procedure": {},
    "Appointment": {},
}
MOST_PAGES = 200


def read_patient_data(client: SmartClient, token: Token) -> tuple[list[Incoming], list[str]]:
    """Return the patient's resources, and the types that the token does not reach.

    Raises
    ------
    AccessError
        The token does not even reach the patient.
    SetupError, DocumentError
        The EHR refuses, or what it sends is no FHIR.
    """
    if not token.may_read("Patient"):
        raise AccessError("the EHR did not grant reading the patient; ask for the scope patient/Patient.rs")
    base = client.iss.rstrip("/")
    found = _page(f"{base}/Patient/{token.patient}", token, "Patient")
    if [entry.resource.get("id") for entry in found] != [token.patient]:
        raise DocumentError("the EHR answered with another patient than the one of the launch; nothing was taken")
    beyond: list[str] = []
    for kind, more in READ_TYPES.items():
        if token.may_read(kind):
            found += _search(base, kind, {"patient": token.patient, **more}, token)
        else:
            beyond.append(kind)
    return found, beyond


def _search(base: str, kind: str, query: dict[str, str], token: Token) -> list[Incoming]:
    found: list[Incoming] = []
    seen: set[str] = set()
    address: str | None = f"{base}/{kind}?{urlencode(query)}"
    while address is not None:
        if len(seen) >= MOST_PAGES or address in seen:
            raise SetupError(f"the EHR's pages of {kind} do not end; nothing was taken")
        seen.add(address)
        text = _get(address, token, kind)
        # A server may put an OperationOutcome beside the matches: it tells about the search, not about the patient.
        found += [row for row in read_bundle(text, kind) if row.resource.get("resourceType") != "OperationOutcome"]
        address = _next(text, address, base, kind)
    return found


def _page(address: str, token: Token, kind: str) -> list[Incoming]:
    return read_bundle(_get(address, token, kind), kind)


def _get(address: str, token: Token, kind: str) -> str:
    headers = {"Authorization": f"Bearer {token.access_token}", "Accept": "application/fhir+json"}
    answer = ask(address, headers=headers)
    if answer.status != 200:
        raise SetupError(f"the EHR answered {answer.status} for {kind}; nothing was taken, start the launch again")
    try:
        return answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentError(f"the EHR's answer for {kind} is no UTF-8 text; nothing was taken") from None


def _next(text: str, address: str, base: str, kind: str) -> str | None:
    bundle = read_json(text, kind)
    links = bundle.get("link") if isinstance(bundle, dict) else None
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            told = urljoin(address, link["url"])
            # The token goes to the EHR and nowhere else, whatever a page says.
            if urlsplit(told)[:2] != urlsplit(base)[:2]:
                raise SetupError(f"the next page of {kind} lies at another server; nothing was taken")
            return told
    return None
