/** Chains in the order a packet meets them, each with its rules and what they have counted. */
import type { HostDetail } from '@/lib/session/messages';
import { countText, sizeText } from '@/lib/views/numbers';

export interface ChainView {
  key: string;
  title: string;
  hook: string;
  policy: string;
  policyTone: 'ok' | 'broken';
  /** A rule counts only what it was told to count. */
  counts: boolean;
  rules: {
    handle: number;
    text: string;
    /** Empty: the rule has no counter. */
    packets: string;
    bytes: string;
    used: boolean;
    verdict: 'accept' | 'drop' | 'other';
  }[];
}

const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'];

export function chainViews(chains: NonNullable<HostDetail['firewall']>): ChainView[] {
  const order = (hook: string) => (HOOKS.indexOf(hook) + HOOKS.length + 1) % (HOOKS.length + 1);
  return [...chains]
    .sort((a, b) => order(a.hook) - order(b.hook))
    .map(({ table, chain, hook, policy, rules }) => ({
      key: `${table} ${chain}`,
      title: `${table} ${chain}`,
      hook,
      policy,
      policyTone: policy === 'drop' ? 'broken' : 'ok',
      counts: rules.some(hasCounter),
      rules: rules.map(({ handle, text, packets, bytes }) => ({
        handle,
        text,
        packets: hasCounter({ text, packets }) ? countText(packets) : '',
        bytes: hasCounter({ text, packets }) ? sizeText(bytes) : '',
        used: packets > 0,
        verdict: /\b(drop|reject)\b/.test(text) ? 'drop' : /\baccept\b/.test(text) ? 'accept' : 'other',
      })),
    }));
}

const hasCounter = ({ text, packets }: { text: string; packets: number }) =>
  packets > 0 || /\bcounter\b/.test(text);
