'use client';

import { Route } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { useHandles } from '@/components/workbench/run-context';
import { traceLink } from '@/components/workbench/trace-link';
import type { LinkPicture } from '@/lib/session/sandbox/links';
import { FLOW_WORD } from '@/lib/session/sandbox/palette';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { CABLE_DAMAGE, cableRepairs, cardsOf } from './link-faults';
import { useBuilder } from './sandbox-context';
import { Tools } from './tools';

/** A selected link: what flows over it, its latest request, and its cables. */
export function LinkPart({ id, view }: { id: string; view: SandboxView }) {
  const { act } = useBuilder();
  const handles = useHandles();
  const link = view.links.find((candidate) => candidate.id === id);
  if (link === undefined) return <p className="text-xs text-muted">This link is gone.</p>;
  return (
    <div className="space-y-1.5 text-xs">
      <p className="font-mono">
        {link.from} → {link.to}
      </p>
      <ul className="space-y-1">
        {link.flows.map(({ from, to, flow }) => (
          <li key={`${from} ${to} ${flow}`} className="flex items-center gap-2">
            <span className="min-w-0 flex-1">
              {FLOW_WORD[flow].title}: {from} to {to}
            </span>
            <Button size="small" onClick={() => void act({ do: 'disconnect', flows: [{ from, to, flow }] })}>
              Take away
            </Button>
          </li>
        ))}
      </ul>
      {link.kind === 'traffic' && (
        <Tools>
          <Button size="small" onClick={() => void traceLink(handles, [link.from, link.to])}>
            <Route size={11} /> Trace the latest request
          </Button>
        </Tools>
      )}
      <Cables link={link} view={view} />
    </div>
  );
}
/** The cables at both ends of a link, and what can be wrong with each. */
function Cables({ link, view }: { link: LinkPicture; view: SandboxView }) {
  const builder = useBuilder();
  return (
    <>
      {cardsOf(view, link).map((card) => (
        <div key={card.host} role="group" aria-label={`Cable of ${card.host}`}>
          <p className="pt-1 text-2xs text-faint">
            Cable of {card.host}, {card.interface}
          </p>
          <Tools>
            {CABLE_DAMAGE.map(({ title, short, strike }) => (
              <Button
                key={title}
                size="small"
                look="danger"
                title={title}
                onClick={() => void builder.strike(...strike(card))}
              >
                {short}
              </Button>
            ))}
            <Button size="small" onClick={() => void builder.mend(...cableRepairs(card))}>
              In order again
            </Button>
          </Tools>
        </div>
      ))}
    </>
  );
}
