/**
 * What runs inside a host of a recorded lab, bundled into one file: the agent, the little application,
 * the load generator, and the commands that the host has instead of the machine's.
 */
import { serveAgent } from './agent';
import { serveApplication } from './application';
import { generateLoad } from './load-generator';
import { serveShop } from './shop';
import { runTool } from './tool';

const [mode = '', ...words] = process.argv.slice(2);
switch (mode) {
  case 'agent':
    serveAgent();
    break;
  case 'app':
    serveApplication(words);
    break;
  case 'shop':
    serveShop(words);
    break;
  case 'loadgen':
    generateLoad(words);
    break;
  case 'tool':
    runTool(words);
    break;
  default:
    process.stderr.write(`agent: there is no mode "${mode}"\n`);
    process.exitCode = 2;
}
