/** A visit as a calendar file (RFC 5545): a whole day, without a word of what it is for. */
import { dayNumber, isoOf } from "../numbers/dates";

const basic = (iso: string) => iso.slice(0, 10).replaceAll("-", "");

export function calendarFile(day: string, title: string, now = new Date()): string {
  const stamp = `${now.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  const told = title.replace(/([\\;,])/g, "\\$1").replace(/\n/g, "\\n");
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Reprieve//EN",
    "BEGIN:VEVENT",
    `UID:reprieve-${basic(day)}-${stamp}`,
    `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${basic(day)}`,
    // The end of a whole day is the day after it.
    `DTEND;VALUE=DATE:${basic(isoOf(dayNumber(day) + 1))}`,
    `SUMMARY:${told}`,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

/** Hand the file to the browser; nothing is sent anywhere. */
export function saveCalendar(day: string, title: string): void {
  const address = URL.createObjectURL(new Blob([calendarFile(day, title)], { type: "text/calendar" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `visit-${day}.ics`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
