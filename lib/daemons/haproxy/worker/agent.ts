/**
 * Agent checks: a program beside the server says in one line how much it wants to do (`75%`), whether it is well
 * (`up`, `down`, `fail`, `stopped`) and in use (`ready`, `drain`, `maint`).
 * Source: HAProxy 2.6 configuration manual §5.2 "agent-check"; src/tcpcheck.c `tcpcheck_agent_expect_reply`;
 * src/check.c `check_notify_failure`, `set_server_check_status`; recorded.
 */
import type { Micros } from '../../../std/instant';
import type { SocketEvent } from '../../../world/network.contract';
import type { World } from '../../../world/world.contract';
import { errnoText } from '../../host-names';
import { textOf } from '../../../world/message-text';
import type { ServerSettings } from '../config';
import type { Runtime } from './runtime';
import { changeMaxconn, changeWeight, drain, maintenance, ready } from './server-control';
import { setRunning, setStopped, type Which } from './server-status';
import type { AgentState } from './state';

const MILLISECOND: Micros = 1_000;
const MAXCONN = 'maxconn:';

export function newAgent(settings: ServerSettings): AgentState | undefined {
  if (!settings.hasAgent) return undefined;
  return {
    enabled: true,
    inter: settings.agentInter ?? settings.inter,
    ip: settings.agentIp,
    port: settings.agentPort,
    text: settings.agentSend,
    health: 1,
    running: false,
    connection: 0,
    isConnected: false,
    received: '',
    startedAt: -1,
    status: 'INI',
    code: 0,
    duration: -1,
    description: '',
  };
}

export function planAgent(runtime: Runtime, which: Which, delay: Micros): void {
  timer(runtime, which, 'due', delay);
}
/** Nobody is asked any more. */
export function stopAgent(runtime: Runtime, { proxy, server }: Which, agent: AgentState): void {
  if (agent.connection !== 0) runtime.network.reset(agent.connection, 'client');
  agent.connection = 0;
  agent.running = false;
  for (const what of ['due', 'expired'])
    runtime.world.clearTimer(runtime.host, runtime.pid, `agent:${proxy}:${server.index}:${what}`);
}
function timer(runtime: Runtime, { proxy, server }: Which, what: 'due' | 'expired', delay: Micros): void {
  runtime.world.timer(
    runtime.host,
    runtime.pid,
    `agent:${proxy}:${server.index}:${what}`,
    runtime.now + delay,
    { name: 'haproxy.agent-timer', data: { proxy, server: server.index, what } },
  );
}

function begin(runtime: Runtime, which: Which, agent: AgentState): void {
  if (agent.running || !agent.enabled) return planAgent(runtime, which, agent.inter);
  const { proxy, server } = which;
  const { connect, check } = runtime.settings(proxy).timeouts;
  agent.running = true;
  agent.isConnected = false;
  agent.received = '';
  agent.description = '';
  agent.startedAt = runtime.now;
  agent.connection = runtime.network.connect(runtime.host, {
    pid: runtime.pid,
    ip: agent.ip ?? server.ip,
    port: agent.port,
    on: { name: 'haproxy.agent', pid: runtime.pid, data: { proxy, server: server.index } },
  });
  const limit = check !== undefined && connect !== undefined ? Math.min(agent.inter, connect) : agent.inter;
  timer(runtime, which, 'expired', limit);
}

function onEvent(runtime: Runtime, which: Which, agent: AgentState, event: SocketEvent): void {
  if (event.connection !== agent.connection) return;
  switch (event.type) {
    case 'connected': {
      agent.isConnected = true;
      const { check } = runtime.settings(which.proxy).timeouts;
      if (check !== undefined) timer(runtime, which, 'expired', check);
      if (agent.text !== '')
        runtime.network.send(agent.connection, 'client', {
          kind: 'bytes',
          text: agent.text,
          bytes: agent.text.length,
        });
      return;
    }
    case 'message':
      agent.received += textOf(event.message);
      if (/[\r\n]/.test(agent.received)) conclude(runtime, which, agent);
      return;
    case 'closed':
      conclude(runtime, which, agent);
      return;
    case 'failed':
      agent.connection = 0;
      agent.description = errnoText(event.errno);
      end(runtime, which, agent, agent.isConnected ? 'SOCKERR' : 'L4CON');
      return;
    case 'accepted':
  }
}
function onTime(runtime: Runtime, which: Which, agent: AgentState, what: 'due' | 'expired'): void {
  if (what === 'due') begin(runtime, which, agent);
  else if (agent.running) end(runtime, which, agent, agent.isConnected ? 'L7TOUT' : 'L4TOUT');
}

/** The line is there, or no more will come. */
function conclude(runtime: Runtime, which: Which, agent: AgentState): void {
  const line = /^[^\r\n]*(?=[\r\n])/.exec(agent.received)?.[0];
  if (line === undefined) {
    agent.description = 'Ignoring incomplete line from agent';
    end(runtime, which, agent, agent.status);
    return;
  }
  if (!agent.enabled) {
    end(runtime, which, agent, agent.status);
    return;
  }
  const said = readLine(line);
  if (said.admin === 'drain') drain(runtime, which);
  else if (said.admin === 'maint') maintenance(runtime, which);
  else if (said.admin === 'ready') ready(runtime, which);
  let warning = said.weight === undefined ? '' : changeWeight(runtime, which, said.weight);
  if (said.maxconn !== undefined) warning ||= changeMaxconn(runtime, which, said.maxconn);
  warning = warning.trimEnd();
  const { health } = said;
  if (health === undefined) {
    agent.description =
      said.odd !== undefined
        ? `agent reports an error : ${said.odd}`
        : warning === ''
          ? ''
          : `agent warns : ${warning}`;
    end(runtime, which, agent, 'CHECKED');
    return;
  }
  const isUp = health.toLowerCase() === 'up';
  const remark =
    said.remark === '' || isUp ? (said.odd ?? (warning === '' ? said.remark : warning)) : said.remark;
  agent.health = isUp ? 1 : 0;
  agent.description = `via agent : ${health}${remark === '' ? '' : ` (${remark})`}`;
  end(runtime, which, agent, isUp ? 'L7OK' : 'L7STS');
}

interface Said {
  admin: string | undefined;
  health: string | undefined;
  weight: string | undefined;
  maxconn: string | undefined;
  /** the first word that means nothing */
  odd: string | undefined;
  /** behind a `#` */
  remark: string;
}
/** Words in any order; of the same kind the last one counts. */
export function readLine(line: string): Said {
  const said: Said = {
    admin: undefined,
    health: undefined,
    weight: undefined,
    maxconn: undefined,
    odd: undefined,
    remark: '',
  };
  const mark = /(?:^|[ \t,])#[ \t]*(.*)$/.exec(line);
  if (mark !== null) said.remark = mark[1] ?? '';
  for (const word of line.slice(0, mark?.index ?? line.length).split(/[ \t,]+/)) {
    if (word === '') continue;
    const lower = word.toLowerCase();
    if (/^(?:up|down|stopped|fail)$/.test(lower)) said.health = word;
    else if (/^(?:ready|drain|maint)$/.test(lower)) said.admin = lower;
    else if (/^\d/.test(word) && word.includes('%')) said.weight = word;
    else if (lower.startsWith(MAXCONN)) said.maxconn = word.slice(MAXCONN.length);
    else said.odd ??= word;
  }
  return said;
}

function end(runtime: Runtime, which: Which, agent: AgentState, status: AgentState['status']): void {
  if (agent.connection !== 0) runtime.network.reset(agent.connection, 'client');
  agent.connection = 0;
  agent.running = false;
  agent.status = status;
  agent.duration = Math.floor((runtime.now - agent.startedAt) / MILLISECOND);
  runtime.world.clearTimer(runtime.host, runtime.pid, `agent:${which.proxy}:${which.server.index}:expired`);
  planAgent(runtime, which, agent.inter);
  const isQuiet = runtime.settings(which.proxy).options.has('log-health-checks');
  const reason = isQuiet
    ? ({ kind: 'words', text: '' } as const)
    : ({ kind: 'check', check: { ...agent } } as const);
  const { check } = which.server;
  if (status === 'L7STS') {
    which.server.failedChecks += 1;
    setStopped(runtime, which, reason);
  } else if (
    status === 'L7OK' &&
    (check?.enabled !== true || check.chart.context.health >= check.chart.context.settings.rise)
  )
    setRunning(runtime, which, reason);
}

type Data = { proxy: number; server: number };
export function registerAgents(
  world: World,
  within: (host: Parameters<World['exit']>[0], pid: number, run: (runtime: Runtime) => void) => void,
): void {
  const withAgent = (
    runtime: Runtime,
    { proxy, server: index }: Data,
    run: (which: Which, agent: AgentState) => void,
  ): void => {
    const server = runtime.server(proxy, index);
    if (server?.agent !== undefined) run({ proxy, server }, server.agent);
  };
  world.callback<Data, SocketEvent>('haproxy.agent', ({ host, pid, data }, event) =>
    within(host, pid, (runtime) =>
      withAgent(runtime, data, (which, agent) => onEvent(runtime, which, agent, event)),
    ),
  );
  world.callback<Data & { what: 'due' | 'expired' }, undefined>(
    'haproxy.agent-timer',
    ({ host, pid, data }) =>
      within(host, pid, (runtime) =>
        withAgent(runtime, data, (which, agent) => onTime(runtime, which, agent, data.what)),
      ),
  );
}
