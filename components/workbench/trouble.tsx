'use client';

import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import type { Crash } from '@/lib/client/run-state';
import type { Problem } from '@/lib/session/messages';
import { plural } from '@/lib/views/numbers';
import { downloadRun } from './export-run';
import { useClient, useRun } from './run-context';

/** Stands over the screen when the run could not be opened or has stopped. */
export function Trouble() {
  const connection = useRun((state) => state.connection);
  switch (connection.state) {
    case 'failed':
      return <Failed title={connection.title} problems={connection.problems} />;
    case 'crashed':
      return <Crashed crash={connection.crash} recovering={connection.recovering} />;
    default:
      return null;
  }
}

function Sheet({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="fixed inset-0 z-40 grid place-items-center overflow-auto bg-ink-0/85 p-6">
      <section
        role="alertdialog"
        aria-modal="true"
        aria-label={title}
        className="w-[min(40rem,100%)] space-y-3 rounded-xl border border-line-strong bg-ink-1 p-6 shadow-2xl"
      >
        <h1 className="text-lg font-semibold">{title}</h1>
        {children}
      </section>
    </div>
  );
}

function Failed({ title, problems }: { title: string; problems: readonly Problem[] }) {
  const router = useRouter();
  return (
    <Sheet title={title}>
      <ul className="max-h-60 space-y-1 overflow-auto font-mono text-xs text-broken-text">
        {problems.map(({ file, line, column, message }) => (
          <li key={`${file} ${line} ${column} ${message}`}>
            {file !== undefined && (
              <span className="text-muted">
                {[file, line, column].filter((part) => part !== undefined).join(':')}:{' '}
              </span>
            )}
            {message}
          </li>
        ))}
      </ul>
      <p className="text-sm text-muted">Nothing that was saved is lost.</p>
      <Button look="primary" onClick={() => router.push('/')}>
        Back to the scenarios
      </Button>
    </Sheet>
  );
}

function Crashed({ crash, recovering }: { crash: Crash; recovering: boolean }) {
  const client = useClient();
  const inputs = crash.run?.inputs.length ?? 0;
  if (recovering)
    return (
      <Sheet title="The simulation stopped. It is being rebuilt.">
        <p className="text-sm text-prose">
          Your run is played again from {plural(inputs, 'recorded input')}. This takes a moment; nothing you
          did is lost.
        </p>
        <Details crash={crash} />
      </Sheet>
    );
  return (
    <Sheet title="The simulation stopped">
      <p className="text-sm text-prose">
        This is a fault in Faultline, not something you did.{' '}
        {crash.run === undefined
          ? 'It stopped before the run could be recorded.'
          : `Your run is kept: ${plural(inputs, 'input')} up to where it stopped.`}
      </p>
      <Details crash={crash} />
      <div className="flex flex-wrap gap-2">
        {crash.run !== undefined && (
          <>
            <Button look="primary" onClick={() => client.recover('whole')}>
              Rebuild the run
            </Button>
            {inputs > 0 && (
              <Button onClick={() => client.recover('without-last-input')}>
                Rebuild without my last input
              </Button>
            )}
            <Button onClick={() => crash.run !== undefined && void downloadRun(crash.run)}>
              Export it as a file
            </Button>
          </>
        )}
        {crash.run === undefined && (
          <Button look="primary" onClick={() => window.location.reload()}>
            Try again
          </Button>
        )}
      </div>
    </Sheet>
  );
}

function Details({ crash: { message, stack, at, run } }: { crash: Crash }) {
  return (
    <details className="text-sm">
      <summary className="text-muted">What happened</summary>
      <pre className="mt-2 max-h-52 overflow-auto whitespace-pre-wrap break-words rounded-lg border border-line bg-terminal p-3 font-mono text-xs text-prose">
        {[
          message,
          run === undefined
            ? ''
            : `seed ${run.seed}, engine ${run.engine}, at ${(at / 1_000_000).toFixed(6)} s`,
          stack,
        ]
          .filter((part) => part !== '')
          .join('\n')}
      </pre>
    </details>
  );
}
