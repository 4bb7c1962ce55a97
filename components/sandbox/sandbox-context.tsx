'use client';

import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { toast } from 'sonner';
import { useStore } from 'zustand';
import { useClient } from '@/components/workbench/run-context';
import { createSandboxStore, type SandboxStore, type SandboxUi } from '@/lib/client/sandbox-store';
import type { FaultEntry } from '@/lib/session/sandbox/document';
import type { Intent } from '@/lib/session/sandbox/intents';
import type { SandboxAsk, SandboxReply } from '@/lib/session/sandbox/view';

export interface Builder {
  store: SandboxStore;
  /** Does it and says so; the answer's new ids, or undefined when it was refused. */
  act(intent: Intent): Promise<string[] | undefined>;
  ask<Kind extends SandboxReply['kind']>(
    ask: SandboxAsk,
    kind: Kind,
  ): Promise<Extract<SandboxReply, { kind: Kind }> | undefined>;
  /** Breaks it now, and says so; false when it was refused. */
  strike(...faults: FaultEntry[]): Promise<boolean>;
  /** Brings in order again what these faults did. */
  mend(...faults: FaultEntry[]): Promise<boolean>;
  undo(): void;
  redo(): void;
  say(text: string): void;
}

const Context = createContext<Builder | undefined>(undefined);

export function SandboxProvider({ children }: { children: ReactNode }) {
  const client = useClient();
  const [store] = useState(createSandboxStore);
  const builder = useMemo((): Builder => {
    const say = (text: string) => store.setState({ said: text });
    const ask: Builder['ask'] = async (question, kind) => {
      try {
        const { reply } = await client.ask({ type: 'sandbox', ask: question }, 'sandbox');
        return isReply(reply, kind) ? reply : undefined;
      } catch (reason) {
        const text = reason instanceof Error ? reason.message : 'That did not work.';
        toast.error(text);
        say(text);
        return undefined;
      }
    };
    const edited = async (question: SandboxAsk) => {
      const reply = await ask(question, 'edited');
      if (reply !== undefined) say(reply.said);
      return reply?.made;
    };
    const each = async (kind: 'strike' | 'mend', faults: readonly FaultEntry[]) => {
      let reply: Awaited<ReturnType<typeof ask<'edited'>>>;
      for (const fault of faults) reply = await ask({ kind, fault }, 'edited');
      if (reply !== undefined) say(reply.said);
      return reply !== undefined;
    };
    return {
      store,
      ask,
      say,
      strike: (...faults) => each('strike', faults),
      mend: (...faults) => each('mend', faults),
      act: (intent) => edited({ kind: 'intent', intent }),
      undo: () => void edited({ kind: 'undo' }),
      redo: () => void edited({ kind: 'redo' }),
    };
  }, [client, store]);
  return <Context.Provider value={builder}>{children}</Context.Provider>;
}

export function useBuilder(): Builder {
  const builder = useContext(Context);
  if (builder === undefined) throw new Error('This component belongs inside a SandboxProvider.');
  return builder;
}
export function useSandboxUi<Part>(select: (ui: SandboxUi) => Part): Part {
  return useStore(useBuilder().store, select);
}

function isReply<Kind extends SandboxReply['kind']>(
  reply: SandboxReply,
  kind: Kind,
): reply is Extract<SandboxReply, { kind: Kind }> {
  return reply.kind === kind;
}
