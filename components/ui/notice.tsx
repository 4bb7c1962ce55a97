import Link from 'next/link';
import type { ReactNode } from 'react';
import { buttonClass } from './button';
import { Logo } from './logo';

/** A page that has one thing to say. */
export function Notice({
  title,
  children,
  actions,
}: {
  title: string;
  children: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <main className="grid min-h-dvh place-items-center bg-ink-0 p-6">
      <div className="max-w-[34rem] space-y-4">
        <Logo className="size-8 text-muted" />
        <h1 className="text-2xl font-semibold">{title}</h1>
        <div className="text-base text-prose">{children}</div>
        <p className="flex gap-2">
          {actions}
          <Link href="/" className={buttonClass({ look: actions === undefined ? 'primary' : 'plain' })}>
            All scenarios
          </Link>
        </p>
      </div>
    </main>
  );
}
