import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { breaches, FLOORS, roomOf } from './floors';
import { importsOf, isTestMaterial, sourcesUnder } from './source-tokens';

const root = process.cwd();
const rooms = FLOORS.flat().filter((room) => existsSync(room));
const sources = sourcesUnder(
  root,
  ['lib', 'components', 'app'].filter((folder) => existsSync(folder)),
);

test('imports go down: never up, never sideways', () => {
  expect(breaches(sources)).toEqual([]);
});

test('every file stands on a floor', () => {
  const homeless = sources.filter((source) => roomOf(source.path) === undefined);
  expect(homeless.map((source) => source.path)).toEqual([]);
});

describe('the test saw what it judges', () => {
  test.each(rooms)('%s', (room) => {
    const expected = sourcesUnder(root, [room]).length;
    const seen = sources.filter((source) => roomOf(source.path) === room);
    expect(seen.length).toBe(expected);
  });

  test('the floors below the worker boundary are there, and they import', () => {
    const seen = new Set(sources.filter((source) => !isTestMaterial(source.path)).map((s) => roomOf(s.path)));
    expect([...seen]).toEqual(expect.arrayContaining(['lib/std', 'lib/kernel', 'lib/world', 'app']));
    expect(sources.flatMap((source) => importsOf(source.text)).length).toBeGreaterThan(50);
  });
});

describe('a breach is caught', () => {
  const cases: readonly [told: string, path: string, text: string][] = [
    ['up', 'lib/kernel/a.ts', "import { World } from '../world/world';"],
    ['up', 'lib/world/a.ts', "import type { Session } from '@/lib/session/messages';"],
    ['up', 'lib/session/a.ts', "export * from '../../components/ui/button';"],
    ['up', 'lib/std/a.ts', "type K = import('../kernel/kernel').Kernel;"],
    ['up', 'lib/shell/a.ts', "const later = () => import('../session/catalog');"],
    ['up', 'lib/world/a.ts', "new Worker(new URL('../session/worker.ts', import.meta.url));"],
    ['sideways', 'lib/shell/a.ts', "import { nginx } from '../daemons/nginx/index';"],
    ['sideways', 'lib/daemons/haproxy/a.ts', "import { parse } from '../nginx/grammar';"],
    ['sideways', 'lib/protocols/vrrp/a.ts', "export { skew } from '../alert/timers';"],
    ['sideways', 'components/panels/logs/panel.tsx', "import { rows } from '../events/view';"],
    ['outside the house', 'lib/world/a.ts', "import { driver } from '../../tests/driver';"],
    ['text and lib/std', 'lib/daemons/nginx/grammar.ts', "import type { Host } from '../../world/host';"],
    ['components see', 'components/canvas/a.tsx', "import { Kernel } from '@/lib/kernel/kernel';"],
    ['components see', 'components/canvas/a.tsx', "import { parse } from '@/lib/daemons/nginx/grammar';"],
    ['the editor sees', 'components/editor/a.ts', "import { d } from '@/lib/daemons/nginx/daemon';"],
    ['lib/client and', 'lib/client/a.ts', "import { World } from '../world/world';"],
    ['xstate', 'lib/protocols/vrrp/timers.ts', "import { setup } from 'xstate';"],
    ['xstate', 'lib/daemons/keepalived/machine.ts', "import { setup } from 'xstate';"],
    ['zod', 'lib/faults/power.ts', "import { z } from 'zod';"],
    ['floors B to 4', 'lib/world/a.ts', "import { readFileSync } from 'node:fs';"],
    ['floors B to 4', 'lib/world/a.ts', "import fs from 'fs';"],
    ['floors B to 4', 'lib/scenario/a.ts', "import { useState } from 'react';"],
    ['floors B to 4', 'lib/session/a.ts', "import { Position } from '@xyflow/react';"],
    ['floors B to 4', 'lib/world/a.ts', "import { parse } from 'unbash';"],
    ['no floor', 'lib/spare/a.ts', "import { assert } from '../std/assert';"],
  ];

  test.each(cases)('%s: %s', (told, path, text) => {
    const found = breaches([{ path, text }]);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(told);
    expect(found[0]).toContain(`${path}:1:`);
  });
});

describe('what is allowed passes', () => {
  const cases: readonly [path: string, text: string][] = [
    ['lib/world/a.ts', "import { assert } from '../std/assert';"],
    ['lib/daemons/registry.ts', "import { nginx } from './nginx/index';"],
    ['lib/daemons/nginx/index.ts', "import { grammar } from './grammar';"],
    ['lib/daemons/keepalived/daemon.ts', "import { skewTime } from '../../protocols/vrrp/timers';"],
    ['lib/daemons/nginx/grammar.ts', "import { Cursor } from '../../text/cursor'; import './directives';"],
    ['lib/protocols/vrrp/machine.ts', "import { setup } from 'xstate';"],
    ['lib/client/worker-handle.ts', "new Worker(new URL('../session/worker.ts', import.meta.url));"],
    ['components/editor/a.ts', "import { parse } from '@/lib/daemons/nginx/grammar';"],
    ['components/panels/registry.ts', "import { logs } from './logs/panel';"],
    ['app/layout.tsx', "import './globals.css';"],
    ['lib/world/a.test.ts', "import { driver } from '../../tests/driver';"],
    ['lib/std/a.ts', "// import { World } from '../world/world';\nconst s = \"import '../world/world'\";"],
  ];

  test.each(cases)('%s: %s', (path, text) => {
    expect(breaches([{ path, text }])).toEqual([]);
  });
});
