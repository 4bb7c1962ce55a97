/** What has changed between two moments, as sentences for the live region. */
import { holderSentence } from '@/components/canvas/address-view';
import type { RunState } from '@/lib/client/run-state';

export type Announced = Pick<
  RunState,
  'addresses' | 'objectives' | 'guards' | 'hosts' | 'topology' | 'standing' | 'hints'
>;

export function announcedOf({
  addresses,
  objectives,
  guards,
  hosts,
  topology,
  standing,
  hints,
}: RunState): Announced {
  return { addresses, objectives, guards, hosts, topology, standing, hints };
}

export function announcements(before: Announced, now: Announced): string[] {
  return [
    ...holders(before, now),
    ...objectives(before, now),
    ...failures(before, now),
    ...standing(before, now),
    ...hints(before, now),
  ];
}

function holders(before: Announced, now: Announced): string[] {
  if (before.addresses === now.addresses) return [];
  return now.addresses
    .filter(
      ({ address, holders: held }) =>
        before.addresses.find((other) => other.address === address)?.holders.join() !== held.join(),
    )
    .map(({ address, holders: held }) => holderSentence(address, held));
}

function objectives(before: Announced, now: Announced): string[] {
  const earlier = new Map(
    [...before.objectives, ...before.guards].map((objective) => [objective.id, objective.state]),
  );
  return [...now.objectives, ...now.guards].flatMap(({ id, title, state, why }) => {
    if (earlier.get(id) === state || (state !== 'met' && state !== 'failed')) return [];
    return [state === 'met' ? `Objective met: ${title}.` : `Objective failed: ${title}. ${why ?? ''}`.trim()];
  });
}

function failures(before: Announced, now: Announced): string[] {
  if (before.hosts === now.hosts) return [];
  return now.topology.hosts.flatMap(({ id, label }) => {
    const [then, is] = [before.hosts[id], now.hosts[id]];
    if (then === undefined || is === undefined) return [];
    if (then.power !== is.power) return [`${label} is ${POWER[is.power]}.`];
    if (then.health !== is.health && (is.health === 'broken' || then.health === 'broken'))
      return [`${label} is ${is.health === 'broken' ? 'broken' : 'better'}.`];
    return [];
  });
}

const POWER = { on: 'running', off: 'without power', booting: 'booting', frozen: 'frozen' } as const;

function standing(before: Announced, now: Announced): string[] {
  if (before.standing.phase === now.standing.phase || now.standing.phase === 'running') return [];
  if (now.standing.phase === 'ready') return ['Today’s objectives are met. Tomorrow may come.'];
  if (now.standing.phase === 'tomorrow') return ['It is tomorrow.'];
  return [now.standing.verdict ?? `The run is ${now.standing.phase}.`];
}

/** A hint appears elsewhere than where it was asked for. */
function hints(before: Announced, now: Announced): string[] {
  return now.hints.slice(before.hints.length).map(({ index, text }) => `Hint ${index + 1}: ${text.trim()}`);
}
