/** The `stream` modules as far as they read in their own way. Source: nginx 1.22 src/stream. */
import { type Conf, childOf, FAILED, type Failed, type Handler } from './conf';
import { listenAddresses, listenOn, type ListenOptions, readSocketOption } from './listen';
import { compileTemplate, countVariables, declareVariable } from './template';
import { addUpstream } from './upstream';
import { readUrl } from './values';

const BACKLOG = 511;

const server: Handler = (conf) => {
  const block = childOf(conf, 'stream-server');
  if (conf.parseBlock(block) === FAILED) return FAILED;
  if (!block.hasListen) return conf.failAt(`no "listen" is defined for server`, block.place);
  if (block.own.handler === undefined) return conf.failAt('no handler for server', block.place);
  return undefined;
};
const listen: Handler = (conf, words) => {
  conf.block.hasListen = true;
  const [, text = '', ...rest] = words;
  const url = readUrl(text, { defaultPort: 0, isListen: true });
  if (typeof url === 'string') return conf.fail(`${url} in "${text}" of the "listen" directive`);

  const addresses = listenAddresses(conf, url);
  if (addresses === FAILED) return FAILED;
  const options: ListenOptions = {
    isDefault: false,
    isSet: false,
    isSecure: false,
    isHttp2: false,
    isUdp: false,
    backlog: BACKLOG,
    words: rest,
  };
  for (const word of rest) if (readOption(conf, options, word) === FAILED) return FAILED;
  return listenOn(conf, url, addresses, options);
};
function readOption(conf: Conf, options: ListenOptions, word: string): Failed | undefined {
  switch (word) {
    case 'udp':
      options.isUdp = true;
      conf.leaveOut('listen … udp');
      return undefined;
    case 'ssl':
      options.isSecure = true;
      return undefined;
    case 'proxy_protocol':
      conf.leaveOut('listen … proxy_protocol');
      return undefined;
    case 'bind':
    case 'reuseport':
      return undefined;
    default:
      return readSocketOption(conf, options, word, word.slice(word.indexOf('=') + 1));
  }
}
const proxyPass: Handler = (conf, [name = '', value = '']) => {
  const { block } = conf;
  if (block.own.proxyPass !== undefined) return 'is duplicate';
  const { place } = conf;
  block.own.handler = { name, place };
  const common = { url: value, isSecure: false, host: '', port: '', uri: '', place };
  if (countVariables(value) > 0) {
    const template = compileTemplate(conf, value);
    if (template === FAILED) return FAILED;
    block.own.proxyPass = { ...common, template, upstream: undefined };
    conf.leaveOut('proxy_pass with variables in stream');
    return undefined;
  }
  const url = readUrl(value, { defaultPort: 0 });
  if (typeof url === 'string') return conf.fail(`${url} in upstream "${value}"`);
  const upstream = addUpstream(
    conf,
    { host: url.host, port: url.port, hasNoPort: url.hasNoPort, url },
    { isDeclared: false },
  );
  if (upstream === FAILED) return FAILED;
  block.own.proxyPass = { ...common, template: undefined, upstream };
  return undefined;
};
const returns: Handler = (conf, [name = '', value = '']) => {
  if (conf.block.own.streamReturn !== undefined) return 'is duplicate';
  const text = compileTemplate(conf, value);
  if (text === FAILED) return FAILED;
  conf.block.own.streamReturn = { text, place: conf.place };
  conf.block.own.handler = { name, place: conf.place };
  return undefined;
};
const set: Handler = (conf, [, variable = '', text = '']) => {
  if (!variable.startsWith('$')) return conf.fail(`invalid variable name "${variable}"`);
  if (declareVariable(conf, variable.slice(1)) === FAILED) return FAILED;
  conf.leaveOut('set in stream');
  return compileTemplate(conf, text) === FAILED ? FAILED : undefined;
};

export const STREAM_HANDLERS: readonly (readonly [string, Handler])[] = [
  ['stream server', server],
  ['stream listen', listen],
  ['stream proxy_pass', proxyPass],
  ['stream return', returns],
  ['stream set', set],
];
