'use client';

import { useEffect } from 'react';
import { usePreferences } from '@/lib/client/preferences';

/** Keeps the page in the chosen theme, and with the system's when none was chosen. */
export function ThemeSync() {
  const theme = usePreferences((state) => state.theme);
  useEffect(() => {
    const light = window.matchMedia('(prefers-color-scheme: light)');
    const apply = () => {
      document.documentElement.dataset['theme'] =
        theme === 'system' ? (light.matches ? 'light' : 'dark') : theme;
    };
    apply();
    light.addEventListener('change', apply);
    return () => light.removeEventListener('change', apply);
  }, [theme]);
  return null;
}
