/** What the patient's own page knows. No dose is in it: the server does not send any. */
export interface Mine {
  patient: { given_name: string | null };
  sessions: { date: string; product: string; place: string | null; muscles: string[] | string }[];
  diary: { date: string; severity: string | null; note?: string | null }[];
  symptoms?: { date: string; symptom: string; resolved?: string | null }[];
  forecast: {
    best_from: string | null;
    best_to: string | null;
    fading_from: string | null;
    fading_to: string | null;
    text?: string | null;
  } | null;
  next_appointment: string | { date: string; purpose?: string } | null;
  urgent_text: string | null;
  /** Whether the clinic collects head angles by the phone's camera, for research. */
  camera: boolean;
}
