import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.js';

type Theme = 'light' | 'dark';
const KEY = 'elias.theme';
const DARK = window.matchMedia('(prefers-color-scheme: dark)');

const listeners = new Set<() => void>();

/** The theme that is shown: the chosen one, else the system's. */
export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset['theme'];
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return DARK.matches ? 'dark' : 'light';
}

/** The theme, and again when it changes. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState(currentTheme);
  useEffect(() => {
    const look = (): void => setTheme(currentTheme());
    DARK.addEventListener('change', look);
    listeners.add(look);
    return () => {
      DARK.removeEventListener('change', look);
      listeners.delete(look);
    };
  }, []);
  return theme;
}

function choose(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // storage is blocked: it holds until the page is left
  }
  for (const look of listeners) look();
}

export function ThemeToggle(): VNode {
  const other = useTheme() === 'dark' ? 'light' : 'dark';
  const name = `Switch to ${other} theme`;
  return (
    <button type="button" class="icon-button" aria-label={name} title={name} onClick={() => choose(other)}>
      <Icon name={other === 'dark' ? 'moon' : 'sun'} />
    </button>
  );
}
