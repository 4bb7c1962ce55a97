/**
 * Arguments of samples that name something: `nbsrv(app)`, `srv_is_up(app/app1)`,
 * `src_http_req_rate(web)`, `http_auth(users)`.
 * Source: 2.6.12 `sample.c` `smp_resolve_args()`; recorded messages.
 */
import type { AclExpression, Condition } from './config';
import type { Draft, ParserState } from './parse/context';
import { FETCHES } from './samples';

/** One alert for all of a proxy's arguments. */
export function validateArguments(state: ParserState, proxy: Draft): number {
  const problems = expressionsOf(proxy).flatMap((expression) => problemsOf(state, proxy, expression));
  if (problems.length === 0) return 0;
  state.log.alert(
    problems.length > 1
      ? `multiple argument resolution errors:${problems.map((text) => `\n        ${text}`).join('')}`
      : (problems[0] ?? ''),
  );
  return problems.length;
}

/** Of named ACLs and of conditions, in the order of their lines. */
function expressionsOf(proxy: Draft): AclExpression[] {
  const rules: readonly { readonly condition: Condition | undefined }[] = [
    ...proxy.httpRequest,
    ...proxy.httpResponse,
    ...proxy.httpAfterResponse,
    ...proxy.redirects,
    ...proxy.tcpRequest,
    ...proxy.switching,
    ...proxy.serverRules,
    ...proxy.persistRules,
    ...proxy.stickRules,
    ...(proxy.stats?.requestRules ?? []),
  ];
  const conditions = [
    ...rules.flatMap(({ condition }) => (condition === undefined ? [] : [condition])),
    ...proxy.monitorFail,
    ...(proxy.stats?.adminRules ?? []),
  ];
  const all = new Set<AclExpression>([
    ...[...proxy.acls.values()].flatMap(({ expressions }) => expressions),
    ...conditions.flatMap(({ suites }) => suites.flat().flatMap(({ acl }) => acl.expressions)),
  ]);
  return [...all].sort((a, b) => a.line - b.line);
}

function problemsOf(state: ParserState, proxy: Draft, expression: AclExpression): string[] {
  const { fetch, arguments: args } = expression.sample;
  const { types = [], least = 0 } = FETCHES.get(fetch)?.arguments ?? {};
  const where = `parsing [${expression.file}:${expression.line}]: `;
  return types.flatMap((type, index) => {
    const name = args[index];
    const use = `referenced in arg ${index + 1} of ACL keyword '${fetch}' in proxy '${proxy.id}'`;
    const isMissing = name === undefined || name === '';
    switch (type) {
      case 'user list':
        return state.userlists.some((list) => list.name === name)
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
