'use client';

import { useCallback } from 'react';
import { Coded } from '@/components/ui/coded';
import { usePreferences } from '@/lib/client/preferences';
import { type Table, translated } from '@/lib/views/translate';
import { useRun } from './run-context';

const NOTHING: Table = {};

/** What the scenario says, in the language that the reader chose for its texts, where there is one. */
export function useScenarioText(): { say(text: string): string; language: string | undefined } {
  const translations = useRun((state) => state.brief?.translations);
  const wanted = usePreferences((state) => state.language);
  const table = wanted === undefined ? undefined : translations?.[wanted];
  const say = useCallback((text: string) => translated(text, table ?? NOTHING), [table]);
  return {
    say,
    language: table === undefined ? undefined : wanted,
  };
}

/** One line of it, with code where it stands in backticks. */
export function ScenarioText({ text }: { text: string }) {
  const { say, language } = useScenarioText();
  return (
    <span lang={language}>
      <Coded text={say(text)} />
    </span>
  );
}
