'use client';

import { cn } from '@/components/ui/class-names';
import { Empty } from '@/components/ui/empty';
import { useRun } from '@/components/workbench/run-context';
import { chainViews, type ChainView } from './view';

/** The rules that are loaded now, with their counters. The file may say something else. */
export function FirewallPanel({ host }: { host: string }) {
  const chains = useRun((state) => (state.detail?.id === host ? state.detail.firewall : undefined));
  if (chains === undefined) return <Empty>Reading the rules…</Empty>;
  if (chains.length === 0) return <Empty>No rules are loaded: every packet passes.</Empty>;
  return (
    // A scrolling region has to be reachable by keyboard.
    <div
      className="h-full space-y-4 overflow-auto px-3.5 py-3"
      tabIndex={0}
      role="group"
      aria-label="Loaded rules"
    >
      {chainViews(chains).map((chain) => (
        <Chain key={chain.key} chain={chain} />
      ))}
    </div>
  );
}

function Chain({ chain: { title, hook, policy, policyTone, counts, rules } }: { chain: ChainView }) {
  return (
    <section aria-label={`Chain ${title}`}>
      <h3 className="mb-1 flex items-baseline gap-2 font-mono text-xs">
        <b className="font-semibold">{title}</b>
        {hook !== '' && <span className="text-faint">hook {hook}</span>}
        <span className={cn('ml-auto', policyTone === 'broken' ? 'text-broken' : 'text-ok')}>
          policy {policy}
        </span>
      </h3>
      {rules.length === 0 ? (
        <p className="rounded-lg border border-line px-2.5 py-1 text-xs text-muted">
          No rules: the policy decides.
        </p>
      ) : (
        <table className="w-full border-separate border-spacing-0 rounded-lg border border-line font-mono text-[11.5px]">
          <thead className="text-2xs text-faint">
            <tr>
              <th className="px-2.5 py-1 text-left font-normal">rule</th>
              {counts && (
                <>
                  <th className="px-2 py-1 text-right font-normal">packets</th>
                  <th className="px-2.5 py-1 text-right font-normal">bytes</th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {rules.map(({ handle, text, packets, bytes, used, verdict }) => (
              <tr key={handle} className="align-baseline [&>td]:border-t [&>td]:border-line">
                <td className="px-2.5 py-1">
                  <span className="text-faint">{handle}</span>{' '}
                  <span className={cn('break-words', verdict === 'drop' ? 'text-broken-text' : 'text-prose')}>
                    {text}
                  </span>
                </td>
                {counts && (
                  <>
                    <td className={cn('px-2 py-1 text-right', used ? 'text-text' : 'text-faint')}>
                      {packets}
                    </td>
                    <td className="whitespace-nowrap px-2.5 py-1 text-right text-faint">{bytes}</td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rules.length > 0 && !counts && (
        <p className="mt-1 text-2xs text-faint">No rule of this chain has a counter.</p>
      )}
    </section>
  );
}
