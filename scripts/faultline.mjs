#!/usr/bin/env node
// `npx faultline …`: bundles lib/cli when it has changed, then runs it.

import { pathToFileURL } from 'node:url';
import { bundled } from './bundle.mjs';
import { root } from './project.mjs';

process.setSourceMapsEnabled(true);
process.env.FAULTLINE_ROOT = root;
const { main } = await import(pathToFileURL(await bundled('lib/cli/main.ts')).href);
process.exitCode = await main(process.argv.slice(2));
