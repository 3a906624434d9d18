/** Computes for so many milliseconds of CPU time of the process, whoever else has the core; long enough to be sampled. */
export function burn(millis: number): void {
  const before = process.cpuUsage();
  let spent = 0;
  while (spent < millis * 1_000) {
    for (let i = 0; i < 20_000; i++) Math.sqrt(i);
    const { user, system } = process.cpuUsage(before);
    spent = user + system;
  }
}
