'use client';

import { useEffect, useRef, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { CHECKBOX, RADIO } from '@/components/ui/choice-class';
import { cn } from '@/components/ui/class-names';
import { LazyMarkdown } from '@/components/ui/lazy-markdown';
import { useClient, useRun } from '@/components/workbench/run-context';
import { ScenarioText, useScenarioText } from '@/components/workbench/scenario-text';
import type { AnswerView, Brief } from '@/lib/session/messages';

type Question = Brief['questions'][number];

/** Questions of the scenario, when it asks any. Each is answered once: the first answer counts. */
export function QuestionsPanel() {
  const questions = useRun((state) => state.brief?.questions);
  const answers = useRun((state) => state.answers);
  if (questions === undefined || questions.length === 0) return null;
  return (
    <section aria-label="Questions" data-questions>
      <h2 className="eyebrow mb-1.5">Questions</h2>
      {questions.map((question) => (
        <QuestionForm
          key={question.id}
          question={question}
          answer={answers.find((entry) => entry.question === question.id)}
        />
      ))}
    </section>
  );
}

function QuestionForm({
  question: { id, text, several = false, choices },
  answer,
}: {
  question: Question;
  answer: AnswerView | undefined;
}) {
  const client = useClient();
  const over = useRun((state) => state.standing.phase === 'finished');
  const [marked, setMarked] = useState<readonly string[]>([]);
  const [sent, setSent] = useState(false);
  const chosen = answer?.chosen ?? marked;
  const mark = (choice: string, on: boolean) =>
    setMarked(several ? [...marked.filter((other) => other !== choice), ...(on ? [choice] : [])] : [choice]);
  const send = () => {
    setSent(true);
    return client
      .ask({ type: 'answer', question: id, choice: marked.join(',') }, 'done')
      .catch((reason: unknown) => toast(reason instanceof Error ? reason.message : 'Not accepted.'));
  };
  return (
    <fieldset className="mb-3" disabled={answer !== undefined || over}>
      <legend className="mb-1">
        <ScenarioText text={text} />
        {several && <span className="text-muted"> Mark all that apply.</span>}
      </legend>
      {choices.map((choice) => (
        <label
          key={choice.id}
          className={cn(
            'flex items-baseline gap-2 py-0.5 text-prose',
            answer !== undefined && (chosen.includes(choice.id) ? 'font-medium text-text' : 'text-muted'),
          )}
        >
          <input
            type={several ? 'checkbox' : 'radio'}
            name={id}
            checked={chosen.includes(choice.id)}
            onChange={(event) => mark(choice.id, event.target.checked)}
            className={cn('relative top-0.5', several ? CHECKBOX : RADIO)}
          />
          <ScenarioText text={choice.text} />
        </label>
      ))}
      {answer === undefined && !over && (
        <Button className="mt-1.5" disabled={marked.length === 0} onClick={() => void send()}>
          Answer
        </Button>
      )}
      {answer !== undefined && <Said answer={answer} fresh={sent} />}
    </fieldset>
  );
}

function Said({ answer: { right, why }, fresh }: { answer: AnswerView; fresh: boolean }) {
  const { say, language } = useScenarioText();
  const frame = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone: whoever uses the keyboard goes on from here.
  useEffect(() => {
    if (fresh && document.activeElement === document.body) frame.current?.focus();
  }, [fresh]);
  return (
    <div
      ref={frame}
      tabIndex={-1}
      role="status"
      className={`mt-1.5 rounded-md px-2 py-1 text-xs ${right ? 'bg-ok-soft text-ok' : 'bg-broken-soft text-broken-text'}`}
    >
      <b className="font-semibold">{right ? 'Right.' : 'Not right.'}</b>
      <div lang={language}>
        <LazyMarkdown text={say(why)} />
      </div>
    </div>
  );
}
