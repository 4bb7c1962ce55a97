/**
 * What is done to a running application from outside the simulated system, as
 * the recorded labs do through its control file: plain data in its state.
 */
import type { Host } from '../../world/world.contract';
import type { AppState } from './app';

export interface AppControls {
  status?: number;
  health_status?: number;
  /** Health stays good whatever `status` and `delay` say. */
  health_ok?: boolean | number;
  /** Seconds. */
  delay?: number;
  health_delay?: number;
  /** Requests other than /health end with a reset. */
  abort?: boolean | number;
  log?: boolean | number;
  log_health?: boolean | number;
}

/** Files say 1 as well as true. */
export function isOn(control: boolean | number | undefined): boolean {
  return control === true || (typeof control === 'number' && control !== 0);
}

/** Replaces the controls of an application process. False when it is none. */
export function setAppControls(host: Host, pid: number, controls: AppControls): boolean {
  const daemon = host.process(pid)?.daemon;
  if (daemon?.kind !== 'shop') return false;
  (daemon.state as AppState).controls = { ...controls };
  return true;
}

/** Text that is no JSON object controls nothing, as with the recorder's server. */
export function parseControls(text: string): AppControls {
  if (text.trim() === '' || text.trim() === '{}') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as AppControls) : {};
  } catch {
    return {};
  }
}

/** The status that the application answers with. */
export function statusFor({ configuration, controls }: AppState, isHealth: boolean): number {
  if (!isHealth) return controls.status ?? configuration.status;
  if (controls.health_status !== undefined) return controls.health_status;
  if (controls.status !== undefined && !isOn(controls.health_ok)) return controls.status;
  return configuration.healthStatus;
}
/** How long it waits before it answers, in microseconds. */
export function delayFor({ configuration, controls }: AppState, isHealth: boolean): number {
  const plain = controls.delay === undefined ? configuration.delay : Math.round(controls.delay * 1e6);
  if (!isHealth) return plain;
  if (controls.health_delay !== undefined) return Math.round(controls.health_delay * 1e6);
  return isOn(controls.health_ok) || controls.delay === undefined ? 0 : plain;
}
