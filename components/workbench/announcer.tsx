'use client';

import { useEffect, useRef, useState } from 'react';
import { announcements, type Announced, announcedOf } from './announcer-view';
import { useClient } from './run-context';

/** Time between two sentences: a screen reader must be able to finish one. */
const PAUSE_MS = 1800;

/** Says aloud what one would otherwise have to see: holders, objectives, failures. */
export function Announcer() {
  const client = useClient();
  const [sentence, setSentence] = useState('');
  const queue = useRef<string[]>([]);
  useEffect(() => {
    let before: Announced = announcedOf(client.store.getState());
    const unsubscribe = client.store.subscribe((state) => {
      const now = announcedOf(state);
      const news = announcements(before, now);
      before = now;
      if (news.length > 0) queue.current = [...queue.current, ...news].slice(-4);
    });
    const timer = setInterval(() => {
      const next = queue.current.splice(0, 2).join(' ');
      if (next !== '') setSentence(next);
    }, PAUSE_MS);
    return () => {
      unsubscribe();
      clearInterval(timer);
    };
  }, [client]);
  return (
    <p role="status" aria-live="polite" className="sr-only">
      {sentence}
    </p>
  );
}
