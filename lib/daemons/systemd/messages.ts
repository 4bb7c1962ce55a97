/** The manager's messages about jobs, by kind of unit. Source: systemd 252 `job_done_message_format` and the units' vtables. */
import type { SyslogPriority } from '../../world/process.contract';
import type { Definition, JobResult, JobType } from './state';

/** `haproxy.service - HAProxy Load Balancer`, or the name alone when there is no description. */
export function identity(definition: Pick<Definition, 'name' | 'description' | 'load'>): string {
  return definition.description === definition.name ||
    definition.description === '' ||
    definition.load !== 'loaded'
    ? definition.name
    : `${definition.name} - ${definition.description}`;
}
export function startingMessage(
  definition: Definition,
  verb: 'start' | 'stop' | 'reload',
): string | undefined {
  const { type } = definition;
  if (verb === 'reload') return `Reloading ${identity(definition)}...`;
  if (type === 'mount') return `${verb === 'start' ? 'Mounting' : 'Unmounting'} ${identity(definition)}...`;
  if (type === 'scope' && verb === 'stop') return `Stopping ${identity(definition)}...`;
  if (type !== 'service') return undefined;
  return `${verb === 'start' ? 'Starting' : 'Stopping'} ${identity(definition)}...`;
}
export function doneMessage(
  definition: Definition,
  type: JobType,
  result: JobResult,
): { priority: SyslogPriority; text: string } | undefined {
  const who = identity(definition);
  if (type === 'start' || type === 'verify-active') {
    switch (result) {
      case 'done':
        return { priority: 'info', text: `${startedWord(definition)} ${who}.` };
      case 'timeout':
        return { priority: 'err', text: `Timed out starting ${who}.` };
      case 'failed':
        return {
          priority: 'err',
          text: `Failed to ${{ socket: 'listen on', mount: 'mount' }[String(definition.type)] ?? 'start'} ${who}.`,
        };
      case 'dependency':
        return { priority: 'warning', text: `Dependency failed for ${who}.` };
      case 'assert':
        return { priority: 'err', text: `Assertion failed for ${who}.` };
      default:
        return undefined;
    }
  }
  if (type === 'stop' || type === 'restart') {
    if (result === 'done') return { priority: 'info', text: `${stoppedWord(definition)} ${who}.` };
    if (result === 'timeout') return { priority: 'err', text: `Timed out stopping ${who}.` };
    if (result !== 'failed') return undefined;
    return {
      priority: 'err',
      text: `${definition.type === 'mount' ? 'Failed unmounting' : 'Stopped (with error)'} ${who}.`,
    };
  }
  if (type === 'reload') {
    if (result === 'done') return { priority: 'info', text: `Reloaded ${who}.` };
    return result === 'failed' ? { priority: 'err', text: `Reload failed for ${who}.` } : undefined;
  }
  return undefined;
}
/** Of a start that `ExecCondition=` ended. */
export function skippedMessage(definition: Definition): { priority: SyslogPriority; text: string } {
  return {
    priority: 'info',
    text: `Condition check resulted in ${identity(definition)} being skipped.`,
  };
}
function startedWord({ type, service }: Definition): string {
  switch (type) {
    case 'target':
      return 'Reached target';
    case 'socket':
      return 'Listening on';
    case 'slice':
      return 'Created slice';
    case 'mount':
      return 'Mounted';
    case 'automount':
      return 'Set up automount';
    case 'service':
      return service?.type === 'oneshot' ? 'Finished' : 'Started';
    default:
      return 'Started';
  }
}
function stoppedWord({ type }: Definition): string {
  switch (type) {
    case 'target':
      return 'Stopped target';
    case 'socket':
      return 'Closed';
    case 'slice':
      return 'Removed slice';
    case 'mount':
      return 'Unmounted';
    case 'automount':
      return 'Unset automount';
    default:
      return 'Stopped';
  }
}
