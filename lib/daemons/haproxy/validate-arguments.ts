/**
 * Arguments of samples that name something: `nbsrv(app)`, `srv_is_up(app/app1)`,
 * `src_http_req_rate(web)`, `http_auth(users)`.
 * Source: 2.6.12 `sample.c` `smp_resolve_args()`; recorded messages.
 */
import type { Draft, ParserState } from './parse/context';
import type { NotedSample } from './parse/pattern-files';
import { type ArgumentList, CONVERTERS, FETCHES } from './samples';

/** One alert for all of a proxy's arguments. */
export function validateArguments(state: ParserState, proxy: Draft): number {
  const problems = proxy.samples.flatMap((noted) => problemsOf(state, proxy, noted));
  if (problems.length === 0) return 0;
  state.log.alert(
    problems.length > 1
      ? `multiple argument resolution errors:${problems.map((text) => `\n        ${text}`).join('')}`
      : (problems[0] ?? ''),
  );
  return problems.length;
}

function problemsOf(state: ParserState, proxy: Draft, { sample, place, use }: NotedSample): string[] {
  const where = `parsing [${place.file}:${place.line}]: `;
  const fetch =
    use === 'ACL' ? `ACL keyword '${sample.fetch}'` : `sample fetch keyword '${sample.fetch}' in ${use}`;
  const own = FETCHES.get(sample.fetch)?.arguments;
  return [
    ...argumentProblems(state, proxy, { list: own, values: sample.arguments, where, of: fetch }),
    ...sample.converters.flatMap(({ name, arguments: values }) =>
      argumentProblems(state, proxy, {
        list: CONVERTERS.get(name)?.arguments,
        values,
        where,
        of: `conversion keyword '${name}' for ${fetch}`,
      }),
    ),
  ];
}

interface Arguments {
  readonly list: ArgumentList | undefined;
  readonly values: readonly string[];
  readonly where: string;
  /** whose arguments they are */
  readonly of: string;
}
function argumentProblems(
  state: ParserState,
  proxy: Draft,
  { list, values, where, of }: Arguments,
): string[] {
  const { types = [], least = 0 } = list ?? {};
  return types.flatMap((type, index) => {
    const name = values[index];
    const use = `referenced in arg ${index + 1} of ${of} in proxy '${proxy.id}'`;
    const isMissing = name === undefined || name === '';
    switch (type) {
      case 'user list':
        if (isMissing)
          return [`${where}missing userlist name in arg ${index + 1} of ${of} in proxy '${proxy.id}'.`];
        return state.userlists.some((known) => known.name === name)
          ? []
          : [`${where}unable to find userlist '${name ?? ''}' ${use}.`];
      case 'backend':
      case 'frontend':
        return proxyProblem(state, proxy, { side: type, name: isMissing ? undefined : name, where, use });
      case 'table':
        if (isMissing && index >= least) return [];
        return hasTable(state, isMissing ? proxy.id : name)
          ? []
          : [`${where}unable to find table '${isMissing ? proxy.id : name}' ${use}.`];
      case 'server':
        return isMissing ? [] : serverProblem(state, proxy, name, where, use);
      default:
        return [];
    }
  });
}
interface Named {
  readonly side: 'frontend' | 'backend';
  readonly name: string | undefined;
  readonly where: string;
  readonly use: string;
}
function proxyProblem(state: ParserState, proxy: Draft, { side, name, where, use }: Named): string[] {
  const has = (one: Draft): boolean => (side === 'backend' ? one.hasBackend : one.hasFrontend);
  if (name === undefined)
    return has(proxy) ? [] : [`${where}proxy '${proxy.id}', ${use}, has not ${side} capability.`];
  return state.proxies.some((one) => one.id === name && has(one))
    ? []
    : [`${where}unable to find ${side} '${name}' ${use}.`];
}
function serverProblem(state: ParserState, proxy: Draft, name: string, where: string, use: string): string[] {
  const slash = name.lastIndexOf('/');
  const owner =
    slash < 0 ? proxy : state.proxies.find(({ id, hasBackend }) => hasBackend && id === name.slice(0, slash));
  if (owner === undefined) return [`${where}unable to find proxy '${name.slice(0, slash)}' ${use}.`];
  const server = name.slice(slash + 1);
  return owner.servers.some((one) => one.name === server)
    ? []
    : [`${where}unable to find server '${server}' in proxy '${owner.id}', ${use}.`];
}
export function hasTable(state: ParserState, name: string): boolean {
  return state.proxies.some(({ id, stickTable }) => id === name && stickTable !== undefined);
}
