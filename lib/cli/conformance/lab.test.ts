import { describe, expect, test } from 'vitest';
import type { LabCase, LabStep } from './case';
import { tallyOf } from './compare';
import { playLabCase } from './lab';

function play(timeline: LabStep[], duration = 3) {
  const lab: LabCase = {
    name: 'test-1',
    segments: { lan: { subnet: '10.0.0.0/24' } },
    hosts: {
      app1: {
        ifaces: { eth0: { segment: 'lan', address: '10.0.0.1/24' } },
        services: [{ name: 'app', kind: 'app' }],
      },
      client: { ifaces: { eth0: { segment: 'lan', address: '10.0.0.2/24' } } },
    },
    timeline,
    duration,
  };
  return playLabCase(lab);
}

describe('probes say what the recorder would say', () => {
  test.each<[string, Omit<LabStep, 't'>, unknown]>([
    ['an answer', { probe: 'http', url: 'http://10.0.0.1:8080/' }, [200, null, 'app1']],
    ['a closed port', { probe: 'http', url: 'http://10.0.0.1/' }, [null, 'refused', null]],
    ['an open port', { probe: 'tcp', ip: '10.0.0.1', port: 8080 }, ['open']],
    ['no route', { probe: 'tcp', ip: '192.0.2.1', port: 80 }, ['unreachable']],
    ['a command', { probe: 'exec', cmd: 'echo hello; exit 3' }, [3, 'hello\n', '']],
    ['nobody has it', { probe: 'vip', vip: '10.0.0.9' }, { '10.0.0.9': [] }],
    ['somebody has it', { probe: 'vip', vip: '10.0.0.1' }, { '10.0.0.1': ['app1'] }],
  ])('%s', (_, step, value) => {
    const { observations, problems } = play([{ t: 1, id: 'o', host: 'client', ...step }]);
    expect(observations.o?.value).toEqual(value);
    expect(problems).toEqual([]);
  });

  test('a host that is not there is unreachable after three ARP requests', () => {
    const { observations } = play([
      { t: 0, id: 'o', probe: 'tcp', host: 'client', ip: '10.0.0.77', port: 1, timeout: 5 },
    ]);
    expect(observations.o?.value).toEqual(['unreachable']);
    expect(observations.o?.elapsed).toBeGreaterThan(2.9);
  });

  test('load counts what failed while the application was dead', () => {
    const { observations } = play(
      [
        { t: 0, id: 'o', probe: 'load', host: 'client', url: 'http://10.0.0.1:8080/', rate: 10, duration: 4 },
        { t: 1.05, do: 'kill9', host: 'app1', service: 'app' },
        { t: 3.05, do: 'start', host: 'app1', service: 'app' },
      ],
      5,
    );
    expect(observations.o?.measures).toMatchObject({
      total: 40,
      failed: 20,
      failed_by: { 'refused/connect': 20 },
    });
  });

  test('what it cannot do it names', () => {
    const { problems } = play([{ t: 1, id: 'o', do: 'levitate', host: 'client' }]);
    expect(problems).toEqual(['o: not supported: do levitate']);
  });
});

describe('agreement', () => {
  const given = {
    name: 'test-1',
    expect: { observations: { o: { what: 'tcp', value: ['open'], elapsed: [0.1, 0.2, 0.1] } } },
  };
  const agrees = (seen: unknown) =>
    tallyOf(given, { observations: { o: seen } }, 'test-1').get('test behaviour')?.agree;
  test('the same value within the spread', () => expect(agrees({ value: ['open'], elapsed: 0.4 })).toBe(1));
  test('too late', () => expect(agrees({ value: ['open'], elapsed: 0.6 })).toBe(0));
  test('another value', () => expect(agrees({ value: ['refused'], elapsed: 0.1 })).toBe(0));
});
