import type { Tone } from '@/lib/views/tones';
import { cn } from './class-names';

const COLOUR: Readonly<Record<Tone, string>> = {
  ok: 'text-ok',
  risk: 'text-risk',
  broken: 'text-broken-strong',
  active: 'text-holder',
  learner: 'text-selected',
  neutral: 'text-faint',
  off: 'text-faint',
};

/**
 * A state as colour and shape: round is well, a triangle is at risk, a square
 * with a bar is broken, a ring is off. Say the word beside it or in a label.
 */
export function StatusDot({ tone, className }: { tone: Tone; className?: string | undefined }) {
  return (
    <svg viewBox="0 0 8 8" aria-hidden="true" className={cn('size-[7px] shrink-0', COLOUR[tone], className)}>
      <Shape tone={tone} />
    </svg>
  );
}

function Shape({ tone }: { tone: Tone }) {
  switch (tone) {
    case 'risk':
      return <path d="M4 .4 7.8 7.4H.2Z" fill="currentColor" />;
    case 'broken':
      return <path d="M.5.5h7v7h-7Z M2 3.3v1.4h4V3.3Z" fill="currentColor" fillRule="evenodd" />;
    case 'off':
      return <circle cx="4" cy="4" r="3" fill="none" stroke="currentColor" strokeWidth="1.5" />;
    case 'active':
    case 'learner':
      return <path d="M4 0 8 4 4 8 0 4Z" fill="currentColor" />;
    case 'ok':
    case 'neutral':
      return <circle cx="4" cy="4" r="3.6" fill="currentColor" />;
  }
}
