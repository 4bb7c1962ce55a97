'use client';

import { spawnWorker, warmWorker } from '@/lib/client/spawn-worker';
import type { ScenarioCard } from '@/components/catalogue/catalogue-view';
import type { ScenarioSource } from '@/lib/session/messages';
import { RunScreen } from './run-screen';

// While React wakes the page, the worker reads its scripts.
warmWorker();

/** The play screen with the real world behind it. */
export function PlayScreen({ scenario, card }: { scenario: ScenarioSource; card: ScenarioCard }) {
  return <RunScreen scenario={scenario} card={card} spawn={spawnWorker} />;
}
