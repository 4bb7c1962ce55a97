'use client';

import { Coded } from '@/components/ui/coded';
import { StatusDot } from '@/components/ui/status-dot';
import { LazyMarkdown } from '@/components/ui/lazy-markdown';
import type { Debrief } from '@/lib/session/messages';
import { Card } from './card';

type Answered = NonNullable<Debrief['diagnosis']>[number];

/** What the learner named as the cause, whether it was, and what could have been seen. */
export function DiagnosisCard({ debrief: { diagnosis = [] } }: { debrief: Debrief }) {
  if (diagnosis.length === 0) return null;
  return (
    <Card title="What you said was the cause">
      <ul className="space-y-4 text-sm">
        {diagnosis.map((answered) => (
          <Question key={answered.question} answered={answered} />
        ))}
      </ul>
    </Card>
  );
}

function Question({
  answered: { question, chosen, right, why, answer, evidence, points, of },
}: {
  answered: Answered;
}) {
  const word = chosen === '' ? 'not answered' : right ? 'right' : 'not right';
  return (
    <li>
      <p className="flex items-baseline gap-2.5">
        <StatusDot tone={right ? 'ok' : chosen === '' ? 'neutral' : 'broken'} className="self-center" />
        <span className="flex-1 font-medium">
          <Coded text={question} />
        </span>
        <span className={`font-mono text-xs ${right ? 'text-ok' : 'text-broken'}`}>
          {word} · {points} of {of}
        </span>
      </p>
      <div className="mt-1 max-w-[80ch] space-y-1 pl-[17px] text-prose">
        {chosen !== '' && (
          <p>
            You said: <Coded text={chosen} />
          </p>
        )}
        {!right && (
          <p>
            It was: <Coded text={answer} />
          </p>
        )}
        {why !== '' && <LazyMarkdown text={why} />}
        <p className="pt-1 text-xs text-muted">It could be seen here:</p>
        <LazyMarkdown text={evidence.map((entry) => `- ${entry}`).join('\n')} />
      </div>
    </li>
  );
}

/** How it works, in a few sentences, and where that is written down. */
export function MechanismCard({ debrief: { mechanism, sources = [] } }: { debrief: Debrief }) {
  if (mechanism === undefined) return null;
  return (
    <Card title="The mechanism">
      <div className="max-w-[80ch] text-sm">
        <LazyMarkdown text={mechanism} />
      </div>
      <h3 className="mb-0.5 mt-3 text-xs text-muted">Where it is written</h3>
      <ul className="list-disc space-y-0.5 pl-[17px] text-sm text-prose">
        {sources.map(({ title, url }) => (
          <li key={title}>
            {url === undefined ? (
              title
            ) : (
              <a href={url} target="_blank" rel="noreferrer" className="underline hover:text-text">
                {title}
              </a>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
