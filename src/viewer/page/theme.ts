import { useEffect, useState } from 'preact/hooks';

type Theme = 'light' | 'dark';
const KEY = 'taskprof-theme';

/** The theme that was chosen, else that of the system, and what changes it. */
export function useTheme(): [isDark: boolean, toggle: () => void] {
  const [chosen, setChosen] = useState<Theme | undefined>(storedTheme);
  const [isSystemDark, setSystemDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const onChange = (): void => setSystemDark(system.matches);
    system.addEventListener('change', onChange);
    return () => system.removeEventListener('change', onChange);
  }, []);
  // Before anything is drawn: canvases read it.
  if (chosen !== undefined) document.documentElement.dataset.theme = chosen;
  const isDark = chosen === undefined ? isSystemDark : chosen === 'dark';
  const toggle = (): void => {
    const theme = isDark ? 'light' : 'dark';
    localStorage.setItem(KEY, theme);
    setChosen(theme);
  };
  return [isDark, toggle];
}

function storedTheme(): Theme | undefined {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : undefined;
}
