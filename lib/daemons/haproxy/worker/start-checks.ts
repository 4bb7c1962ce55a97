/**
 * The first check of each server and of each agent, spread over time.
 * Source: HAProxy 2.6 src/check.c `start_checks`.
 */
import { firstChecks, type HealthSettings } from '../../../protocols/health-check/counter';
import type { Micros } from '../../../std/instant';
import { planAgent, stopAgent } from './agent';
import { step } from './checks';
import type { Runtime } from './runtime';
import type { Which } from './server-status';

/** The first check of each server, spread. */
export function startChecks(runtime: Runtime): void {
  const all: { which: Which; kind: 'check' | 'agent'; settings: HealthSettings }[] = [];
  for (const [proxy, state] of runtime.state.proxies.entries()) {
    if (runtime.settings(proxy).disabled) continue;
    for (const server of state.servers) {
      const which = { proxy, server };
      const { check, agent } = server;
      if (check !== undefined) all.push({ which, kind: 'check', settings: check.chart.context.settings });
      if (agent !== undefined) all.push({ which, kind: 'agent', settings: agentSettings(agent.inter) });
    }
  }
  const delays = firstChecks(
    all.map(({ settings }) => settings),
    runtime.configuration.global.maxSpreadChecks,
  );
  for (const [position, { which, kind }] of all.entries()) {
    const delay = delays[position] ?? 0;
    if (kind === 'agent') {
      planAgent(runtime, which, delay);
      continue;
    }
    step(runtime, which, { type: 'begin', now: runtime.now, delay });
    // Disabled in the configuration: it begins with the day it is enabled.
    if (which.server.check?.paused === true) step(runtime, which, { type: 'pause' });
  }
}
function agentSettings(inter: Micros): HealthSettings {
  return {
    rise: 1,
    fall: 1,
    inter,
    fastinter: undefined,
    downinter: undefined,
    connectTimeout: inter,
    readTimeout: undefined,
    spreadPercent: 0,
  };
}
export function stopChecks(runtime: Runtime): void {
  for (const [proxy, state] of runtime.state.proxies.entries())
    for (const server of state.servers) {
      if (server.check !== undefined) step(runtime, { proxy, server }, { type: 'end' });
      if (server.agent !== undefined) stopAgent(runtime, { proxy, server }, server.agent);
    }
}
