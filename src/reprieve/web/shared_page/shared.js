"use strict";
// The secret stands behind the # of the address: it is never sent as part of an address, so no log can hold it.
const words = (text) => String(text).replaceAll("_", " ");
const shown = (value) => (value === null || value === undefined || value === "" ? "\u2013" : words(value));

function put(parent, name, text, className) {
  const made = parent.appendChild(document.createElement(name));
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function table(parent, title, columns, rows) {
  put(parent, "h2", title);
  if (!rows.length) {
    put(parent, "p", "Nothing is recorded.");
    return;
  }
  const made = put(put(parent, "div", undefined, "wide"), "table");
  const head = put(put(made, "thead"), "tr");
  for (const [name] of columns) put(head, "th", name).scope = "col";
  const body = put(made, "tbody");
  for (const row of rows) {
    const line = put(body, "tr");
    for (const [, read, kind] of columns) put(line, "td", shown(read(row)), kind);
  }
}

function draw(told) {
  const page = document.getElementById("record");
  const chart = told.chart;
  const who = chart.patient;
  put(page, "p", `${shown(who.family_name)}, ${shown(who.given_name)}; born ${shown(who.birth_date)}; id ${who.id}`);
  put(page, "p", `Shared by ${told.granted_by} with ${told.for_whom}, until ${told.expires_at.slice(0, 16).replace("T", " ")}.`);
  put(page, "p", who.exposure_history === "known"
    ? "All toxin given elsewhere is said to be listed."
    : "Whether toxin was given elsewhere is UNKNOWN.");
  table(page, "Diagnoses", [["diagnosis", (row) => row.condition], ["since", (row) => row.since]], chart.conditions);
  table(page, "Risks", [["risk", (row) => row]], chart.risks);
  for (const session of [...chart.sessions].reverse()) {
    table(page, `${session.date}: ${words(session.product)}, ${words(session.indication)}`, [
      ["muscle", (row) => row.muscle],
      ["side (the patient's)", (row) => row.side],
      ["units of " + words(session.product), (row) => row.units, "number"],
      ["sites", (row) => row.sites, "number"],
      ["guidance", (row) => row.guidance],
      ["lot", (row) => row.lot],
    ], session.injections);
    put(page, "p", session.signed_by ? `Signed by ${session.signed_by}.` : "Not signed.");
  }
  table(page, "Toxin given elsewhere", [
    ["date", (row) => row.date], ["product", (row) => row.product], ["units", (row) => row.units, "number"],
    ["for", (row) => row.indication], ["where", (row) => row.place],
  ], chart.exposures);
  if (chart.ratings) table(page, "Ratings", [["date", (row) => row.date], ["scale", (row) => row.scale], ["total", (row) => row.total, "number"]], chart.ratings);
  if (chart.symptoms) table(page, "Side effects", [["date", (row) => row.date], ["what", (row) => row.symptom], ["over", (row) => row.resolved]], chart.symptoms);
}

async function open_share() {
  const said = document.getElementById("said");
  const secret = location.hash.slice(1);
  if (!secret) {
    said.textContent = "This link is not complete; open it as it was sent.";
    return;
  }
  try {
    const answer = await fetch("/api/shared", { headers: { "X-Share": secret }, credentials: "omit" });
    const told = await answer.json();
    if (!answer.ok) {
      said.textContent = told.error.message;
      return;
    }
    said.textContent = "";
    draw(told);
  } catch {
    said.textContent = "The server cannot be reached; try again.";
  }
}
open_share();
