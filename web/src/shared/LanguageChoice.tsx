import { chooseLanguage, language, LANGUAGES, t, type Language } from "../words/words";

export function LanguageChoice() {
  return (
    <label className="language">
      <span className="unseen">{t("Language")}</span>
      <select
        className="select select--small"
        value={language()}
        onChange={(event) => chooseLanguage(event.target.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
