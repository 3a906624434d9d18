import { createProgram } from '../../src/cli/program.ts';

/** What a command writes to the standard output, run in this process: a process for each question would be most of the time. */
export async function answerInProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const write = process.stdout.write.bind(process.stdout);
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  let written = '';
  Object.assign(process.env, env);
  process.stdout.write = (text: string | Uint8Array): boolean => {
    written += String(text);
    return true;
  };
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return written;
  } finally {
    process.stdout.write = write;
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
