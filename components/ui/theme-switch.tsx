'use client';

import { Moon, Sun } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { usePreferences } from '@/lib/client/preferences';
import { Button } from './button';

export function toggleTheme(): void {
  const dark = document.documentElement.dataset['theme'] !== 'light';
  usePreferences.getState().setTheme(dark ? 'light' : 'dark');
}

/** The sun or the moon: the theme one would get. */
export function ThemeSwitch() {
  const light = useSyncExternalStore(
    watchTheme,
    () => document.documentElement.dataset['theme'] === 'light',
    () => false,
  );
  const name = light ? 'Dark theme' : 'Light theme';
  return (
    <Button look="quiet" size="icon" aria-label={name} title={name} onClick={toggleTheme}>
      {light ? <Moon size={13} /> : <Sun size={13} />}
    </Button>
  );
}

function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}
