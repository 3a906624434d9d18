import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createScreen } from '../../../examples/receiver/screen.ts';
import type { Line } from '../../../examples/receiver/styled-text.ts';

class Output extends EventEmitter {
  written = '';
  columns = 10;
  rows = 24;
  isTTY = true;

  write(text: string): boolean {
    this.written += text;
    return true;
  }

  /** What was written since the last call. */
  take(): string {
    const text = this.written;
    this.written = '';
    return text;
  }
}

function screenOn(output: Output, env: NodeJS.ProcessEnv = {}) {
  return createScreen(output as unknown as NodeJS.WriteStream, env);
}

const wide: Line[] = [[{ text: 'a line of', style: 'bold' }, { text: ' text' }], [{ text: 'another' }]];

describe('screen', () => {
  let output: Output;
  beforeEach(() => {
    output = new Output();
  });

  describe('in a pipe', () => {
    beforeEach(() => {
      output.isTTY = false;
    });

    it('prints every table once, whole and without terminal codes', () => {
      const screen = screenOn(output);
      screen.table(wide);
      screen.table([[{ text: 'next' }]]);
      assert.equal(output.written, '\na line of text\nanother\n\nnext\n');
      assert.equal(screen.maxLines, Infinity);
    });
  });

  describe('in a terminal', () => {
    it('cuts lines to its width, with styles', () => {
      screenOn(output).table(wide);
      assert.match(output.written, /\x1b\[1ma line of\x1b\[22m…/);
      assert.match(output.written, /another/);
    });

    it('draws without colour where NO_COLOR is set', () => {
      screenOn(output, { NO_COLOR: '1' }).table(wide);
      assert.doesNotMatch(output.written, /\x1b\[\d*m/);
    });

    it('draws the next table over the last one, in one piece and without clearing before', () => {
      const screen = screenOn(output);
      screen.table(wide);
      const lines = output.take().split('\n').length - 1;
      screen.table(wide);
      assert.ok(output.written.startsWith(`\x1b[?2026h\x1b[${lines}F`));
      assert.ok(output.written.endsWith('\n\x1b[J\x1b[?2026l'));
    });

    it('keeps a message: the next table comes below it', () => {
      const screen = screenOn(output);
      screen.table(wide);
      screen.message('service says');
      output.take();
      screen.table(wide);
      assert.doesNotMatch(output.written, /\x1b\[\d+F/);
    });

    it('draws the table anew in the new width when it is resized', () => {
      screenOn(output).table(wide);
      output.take();
      output.columns = 80;
      output.emit('resize');
      assert.match(output.written, /\x1b\[2J\x1b\[H[^]*a line of[^]* text/);
    });

    it('leaves a table fewer lines than it has rows', () => {
      assert.equal(screenOn(output).maxLines, 22);
    });
  });
});
