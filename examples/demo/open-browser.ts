import { spawn } from 'node:child_process';

const COMMANDS: Partial<Record<NodeJS.Platform, string>> = { linux: 'xdg-open', darwin: 'open' };

/** Opens a page where somebody sits at a terminal with a display; whether that works is not told: the address is printed as well. */
export function openInBrowser(url: string, { env, platform } = process): void {
  const command = COMMANDS[platform];
  const hasDisplay = platform === 'darwin' || env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined;
  if (command === undefined || !hasDisplay || !process.stdout.isTTY || env.CI !== undefined) return;
  spawn(command, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
