/**
 * Routes and rules: those that a master has (virtual_routes, virtual_rules), and those that are there as long as the
 * daemon runs (static_routes, static_rules). Source: keepalived.conf(5); vrrp_iproute.c, vrrp_iprule.c.
 */
import type { PolicyRule, Route } from '../../../world/network.contract';
import type { Configuration, InstanceConfiguration, RouteConfiguration, RuleConfiguration } from '../config';
import { say } from './say';
import type { InstanceState, Vrrp } from './state';

export function takeRouting(vrrp: Vrrp, instance: InstanceConfiguration, state: InstanceState): void {
  for (const rule of instance.rules)
    if (vrrp.world.network.addRule(vrrp.host, kernelRule(rule)) === undefined) state.rules.push(rule);
  for (const wanted of instance.routes)
    if (addRoute(vrrp, instance.interface, wanted)) state.routes.push(wanted);
}
export function releaseRouting(vrrp: Vrrp, instance: InstanceConfiguration, state: InstanceState): void {
  for (const wanted of state.routes.splice(0)) removeRoute(vrrp, instance.interface, wanted);
  for (const rule of state.rules.splice(0)) vrrp.world.network.removeRule(vrrp.host, kernelRule(rule));
}
/** Whether somebody has taken a tracked route away. */
export function lacksRoute(vrrp: Vrrp, instance: InstanceConfiguration, state: InstanceState): boolean {
  return state.routes.some((wanted) => {
    const { table } = wanted;
    const routes =
      table === undefined
        ? vrrp.host.state.routes
        : (vrrp.host.state.policy?.routes.filter((route) => route.table === table) ?? []);
    const ours = routeOf(vrrp, instance.interface, wanted);
    return (
      wanted.isTracked &&
      ours !== undefined &&
      !routes.some(
        (route) =>
          route.destination === ours.destination &&
          route.prefix === ours.prefix &&
          route.metric === ours.metric &&
          route.device === ours.device,
      )
    );
  });
}

type Static = Pick<Configuration, 'staticRoutes' | 'staticRules'>;
const NONE: Static = { staticRoutes: [], staticRules: [] };
/** What stands in the configuration comes, what stood in the one before goes. */
export function setStaticRouting(vrrp: Vrrp, wanted: Static = NONE, before: Static = NONE): void {
  const keyOf = (one: RouteConfiguration | RuleConfiguration): string => JSON.stringify(one);
  const gone = <T extends RouteConfiguration | RuleConfiguration>(
    old: readonly T[],
    own: readonly T[],
  ): T[] => {
    const kept = new Set(own.map(keyOf));
    return old.filter((one) => !kept.has(keyOf(one)));
  };
  for (const route of gone(before.staticRoutes, wanted.staticRoutes)) removeRoute(vrrp, undefined, route);
  for (const rule of gone(before.staticRules, wanted.staticRules))
    vrrp.world.network.removeRule(vrrp.host, kernelRule(rule));
  for (const route of gone(wanted.staticRoutes, before.staticRoutes)) addRoute(vrrp, undefined, route);
  for (const rule of gone(wanted.staticRules, before.staticRules))
    vrrp.world.network.addRule(vrrp.host, kernelRule(rule));
}

function kernelRule({ isTracked: _, ...rule }: RuleConfiguration): PolicyRule {
  return { ...rule, protocol: 'keepalived' };
}
function addRoute(vrrp: Vrrp, device: string | undefined, wanted: RouteConfiguration): boolean {
  const route = routeOf(vrrp, device, wanted);
  if (route === undefined) return false;
  const refused = vrrp.world.network.addRoute(vrrp.host, route);
  if (refused === undefined) return true;
  say(vrrp, `Netlink: error: ${refused}, type=RTM_NEWROUTE(24), seq=0, pid=0`);
  return false;
}
function removeRoute(vrrp: Vrrp, device: string | undefined, wanted: RouteConfiguration): void {
  const route = routeOf(vrrp, device, wanted);
  if (route !== undefined) vrrp.world.network.removeRoute(vrrp.host, route);
}
/** @param own the interface of the instance, for routes that name none */
function routeOf(vrrp: Vrrp, own: string | undefined, wanted: RouteConfiguration): Route | undefined {
  const { destination, prefix, via, metric, type, table } = wanted;
  const isReal = type === 'unicast';
  const through =
    wanted.device ??
    (!isReal ? '' : via === undefined ? own : vrrp.world.network.routeLookup(vrrp.host, via)?.route.device);
  if (through === undefined) return undefined;
  return {
    destination,
    prefix,
    via,
    device: through,
    metric,
    ...(wanted.source === undefined ? {} : { source: wanted.source }),
    ...(table === undefined ? {} : { table }),
    protocol: 'keepalived',
    scope: wanted.scope ?? (via === undefined && isReal ? 'link' : 'global'),
    type,
  };
}
