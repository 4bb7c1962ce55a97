'use client';

import { useState } from 'react';
import { toast } from 'sonner';
import { useClient, useRun } from '@/components/workbench/run-context';

/** Questions of the scenario, when it asks any: one choice each, changeable until the run is finished. */
export function QuestionsPanel() {
  const client = useClient();
  const questions = useRun((state) => state.brief?.questions);
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  if (questions === undefined || questions.length === 0) return null;
  const answer = (question: string, choice: string) => {
    setChosen((before) => ({ ...before, [question]: choice }));
    client
      .ask({ type: 'answer', question, choice }, 'done')
      .catch((reason: unknown) => toast(reason instanceof Error ? reason.message : 'Not accepted.'));
  };
  return (
    <section aria-label="Questions">
      <h2 className="eyebrow mb-1.5">Questions</h2>
      {questions.map(({ id, text, choices }) => (
        <fieldset key={id} className="mb-3">
          <legend className="mb-1">{text}</legend>
          {choices.map((choice) => (
            <label key={choice.id} className="flex items-baseline gap-2 py-0.5 text-prose">
              <input
                type="radio"
                name={id}
                checked={chosen[id] === choice.id}
                onChange={() => answer(id, choice.id)}
                className="accent-[var(--selected)]"
              />
              {choice.text}
            </label>
          ))}
        </fieldset>
      ))}
    </section>
  );
}
