/** The lenses as they are asked from menus, keys and buttons: the answer stands in the panel and is said. */
import type { Builder } from './sandbox-context';

export async function whatReaches(builder: Builder, host: string): Promise<void> {
  builder.store.setState({ panel: 'look' });
  const reply = await builder.ask({ kind: 'reach', host }, 'reach');
  if (reply === undefined) return;
  builder.store.setState({ reach: { host, rows: reply.rows } });
  const open = reply.rows.filter(({ result }) => result === 'open').length;
  builder.say(`${host} reaches ${open} of ${reply.rows.length} ports`);
}

export async function whatIf(builder: Builder, ids: readonly string[]): Promise<void> {
  builder.store.setState({ panel: 'look' });
  const reply = await builder.ask({ kind: 'without', ids: [...ids] }, 'without');
  if (reply === undefined) return;
  builder.store.setState({ losses: { ids, rows: reply.rows } });
  const stopped = reply.rows.filter(({ tone }) => tone === 'broken').map(({ what }) => what);
  builder.say(
    stopped.length === 0
      ? `Nothing stops without ${ids.join(', ')}`
      : `Without ${ids.join(', ')} stops: ${stopped.join(', ')}`,
  );
}
