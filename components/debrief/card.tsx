import { type ReactNode, useId } from 'react';

/** A titled part of the debrief. */
export function Card({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="mb-[18px] rounded-xl border border-line bg-ink-1 px-[18px] py-4">
      <h2 id={id} className="eyebrow mb-2.5 text-xs">
        {title}
      </h2>
      {children}
    </section>
  );
}
