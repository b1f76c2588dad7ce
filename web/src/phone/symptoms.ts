/** Side effects that are asked for, in the patient's words; the urgent ones open the urgent box at once. */
export interface AskedSymptom {
  id: string;
  label: string;
  urgent?: boolean;
}

export const SYMPTOMS: readonly AskedSymptom[] = [
  { id: "dysphagia", label: "Trouble swallowing", urgent: true },
  { id: "breathing_difficulty", label: "Trouble breathing", urgent: true },
  { id: "dysphonia", label: "Voice or speech changed", urgent: true },
  { id: "generalised_weakness", label: "Weak all over", urgent: true },
  { id: "diplopia", label: "Double vision", urgent: true },
  { id: "neck_weakness", label: "Head hard to hold up" },
  { id: "muscle_weakness", label: "A weak muscle" },
  { id: "ptosis", label: "Drooping eyelid" },
  { id: "dry_mouth", label: "Dry mouth" },
  { id: "flu_like_symptoms", label: "Chills or like flu" },
  { id: "fatigue", label: "Very tired" },
  { id: "pain_at_site", label: "Pain where injected" },
  { id: "bruise", label: "Bruise" },
  { id: "headache", label: "Headache" },
];
