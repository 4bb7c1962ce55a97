import { beforeEach, expect, test } from 'vitest';
import { quietRun } from '../../tests/quiet-run';
import { versionsBetween } from '../protocols/tls/versions';
import type { Run } from '../scenario/run';
import type { RunInput } from '../session/messages';
import { SECOND } from '../std/instant';
import { ROOT } from '../world/files';
import type { SecureSocketEvent } from '../world/tls.contract';
import { certificateValid } from './certificate-valid';

const BUNDLE = '/etc/shop.pem';
const LAB = `  authorities:
    root: {}
    issuing: { signed-by: root }
  certificates:
    - { hosts: [web], certificate: ${BUNDLE}, by: issuing, names: [shop.example, 10.0.2.21], expires: 4min }
  names:`;

let run: Run<RunInput>;
beforeEach(() => {
  run = quietRun('certificate', (scenario) => scenario.replace('  names:', LAB));
}, 60_000);

/** Something on web that shows what the file has now. */
function serve(): void {
  const { world } = run;
  const web = world.host('web');
  world.callback<null, SecureSocketEvent>('test.server', (_, event) => {
    if (event.type === 'closed') world.network.close(event.connection, 'server');
    if (event.type !== 'accepted') return;
    world.network.tls.accept(event.connection, {
      versions: versionsBetween('TLSv1.2', 'TLSv1.3'),
      ciphers: '',
      identities: [{ chain: String(web.fs.readFile(BUNDLE, ROOT)) }],
    });
  });
  world.network.listen(web, { pid: 0, ip: 0, port: 443, on: { name: 'test.server', pid: 0, data: null } });
}
function look(values: Record<string, string | number>, host = 'desk'): [string, string] {
  const sample = () =>
    certificateValid.sample?.({}, { host, server: '10.0.2.21', ...values }, {
      world: run.world,
      now: run.now,
    } as never);
  sample();
  run.advance(run.now + 6 * SECOND);
  sample();
  run.advance(run.now + 6 * SECOND);
  const seen = sample();
  return [seen?.state ?? '', seen?.measured ?? ''];
}

test('valid for its names, as long as it lasts', () => {
  serve();
  expect(look({ name: 'shop.example' })).toEqual(['met', expect.stringMatching(/^valid for another 3m/)]);
  expect(look({})[0]).toBe('met');
  expect(look({ name: 'other.example' })).toEqual(['measuring', 'hostname mismatch']);
  expect(look({ left: 600 * SECOND })[0]).toBe('measuring');
  run.advance(run.now + 240 * SECOND);
  expect(look({})).toEqual(['measuring', 'certificate has expired']);
});

test("the client's clock and trust decide", () => {
  serve();
  run.timeline.input({ kind: 'inject', fault: { kind: 'clock-skew', host: 'desk', ahead: 3600 } });
  expect(look({})).toEqual(['measuring', 'certificate has expired']);
  run.world.host('gw').fs.unlink('/etc/ssl/certs/ca-certificates.crt', ROOT);
  const [state, measured] = look({}, 'gw');
  expect(state).toBe('measuring');
  expect(measured).toMatch(/self-signed certificate in certificate chain|unable to get/);
});

test('nobody there, no TLS there, no such name', () => {
  expect(look({})).toEqual(['measuring', 'connection refused']);
  expect(look({ server: '10.0.2.21:8080' })[0]).toBe('measuring');
  expect(look({ server: 'nowhere.example' })[0]).toBe('measuring');
  expect(look({ server: 'a b' })[0]).toBe('failed');
});
