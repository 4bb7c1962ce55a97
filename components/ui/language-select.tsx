'use client';

import { usePreferences } from '@/lib/client/preferences';
import { SelectField } from './field';

/** The text in the reader's language where it was translated, else as it was written. */
export function useLanguage(
  own: string,
  texts: Readonly<Record<string, string>> | undefined,
): { text: string; language: string | undefined; languages: string[] } {
  const wanted = usePreferences((state) => state.language);
  const languages = Object.keys(texts ?? {});
  const language = wanted !== undefined && languages.includes(wanted) ? wanted : languages[0];
  return { text: language === undefined ? own : (texts?.[language] ?? own), language, languages };
}

export function LanguageSelect({
  label,
  languages,
  language,
}: {
  label: string;
  languages: readonly string[];
  language: string | undefined;
}) {
  const setLanguage = usePreferences((state) => state.setLanguage);
  return (
    <SelectField
      label={label}
      choices={languages.map((value) => ({ value, text: languageName(value) }))}
      value={language}
      onChange={(event) => setLanguage(event.target.value)}
    />
  );
}

/** `cs` as its speakers call it. */
function languageName(code: string): string {
  const name = new Intl.DisplayNames([code], { type: 'language', fallback: 'code' }).of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}
