'use client';

import { useHandles, useRun } from './run-context';
import { useScenarioText } from './scenario-text';

/** What comes after the objectives, as the scenario says it, and how to let it come. */
export function useTomorrow(): { detail: string; letItCome(): void } {
  const { client } = useHandles();
  const { say } = useScenarioText();
  // It stands last, below the objectives of today.
  const detail = useRun(({ objectives }) => objectives.at(-1)?.detail ?? '');
  return { detail: withoutDot(lowered(say(detail))), letItCome: () => client.send({ type: 'tomorrow' }) };
}

const withoutDot = (text: string): string => text.replace(/\.$/, '');
/** As the rest of a sentence; a name such as `lb1` stays as it is. */
const lowered = (text: string): string => text.replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase());
