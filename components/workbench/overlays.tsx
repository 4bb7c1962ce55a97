'use client';

import dynamic from 'next/dynamic';
import { useWorkbench } from './run-context';

const Palette = dynamic(() => import('./palette').then((module) => module.Palette), { ssr: false });
const Help = dynamic(() => import('./help').then((module) => module.Help), { ssr: false });
const Tour = dynamic(() => import('@/components/tour/tour').then((module) => module.Tour), { ssr: false });
const FinishDialog = dynamic(() => import('./confirm').then((module) => module.FinishDialog), { ssr: false });
const RestartDialog = dynamic(() => import('./confirm').then((module) => module.RestartDialog), {
  ssr: false,
});

/** What is shown over the page, one at a time; loaded when it is first asked for. */
export function Overlays() {
  const overlay = useWorkbench((state) => state.overlay);
  switch (overlay) {
    case 'palette':
      return <Palette />;
    case 'help':
      return <Help />;
    case 'finish':
      return <FinishDialog />;
    case 'restart':
      return <RestartDialog />;
    case 'tour':
      return <Tour />;
    case undefined:
      return null;
  }
}
